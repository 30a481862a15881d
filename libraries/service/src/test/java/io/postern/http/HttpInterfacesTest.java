package io.postern.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The TLS registry of these tests: good, old (with TLS 1.1), and empty, which has no key. */
class HttpInterfacesTest {
  private static final Map<String, Set<String>> KEYS =
      Map.of("good", Set.of("TLSv1.3", "TLSv1.2"), "old", Set.of("TLSv1.2", "TLSv1.1"));

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          loopback, plaintext           | http.host=127.0.0.1 management.host=127.0.0.1                     | -
          all of 127/8, names, IPv6     | http.host=127.1.2.3 management.host=localhost                     | -
          IPv6                          | http.host=::1 management.host=[::1]                               | -
          no host: Quarkus opens all    | management.host=127.0.0.1                                         | quarkus.http.tls-configuration-name is missing
          all addresses                 | http.host=0.0.0.0 management.host=127.0.0.1                       | quarkus.http.host is 0.0.0.0
          all addresses, IPv6           | http.host=:: management.host=127.0.0.1                            | quarkus.http.host is ::,
          one address                   | http.host=192.0.2.1 management.host=127.0.0.1                     | write http there
          a name                        | http.host=policy.example management.host=127.0.0.1                | quarkus.http.host is policy.example
          a name that begins like one   | http.host=127.0.0.1.example management.host=127.0.0.1             | quarkus.http.host is 127.0.0.1.example
          TLS                           | http.host=0.0.0.0 http.tls-configuration-name=good http.insecure-requests=disabled management.host=127.0.0.1 | -
          TLS, and plaintext beside it  | http.host=0.0.0.0 http.tls-configuration-name=good management.host=127.0.0.1 | quarkus.http.insecure-requests accepts requests
          TLS, plaintext redirected     | http.host=0.0.0.0 http.tls-configuration-name=good http.insecure-requests=redirect management.host=127.0.0.1 | quarkus.http.insecure-requests accepts requests
          no such TLS configuration     | http.host=0.0.0.0 http.tls-configuration-name=gone http.insecure-requests=disabled management.host=127.0.0.1 | quarkus.tls.gone.key-store.pem.0.cert
          one without a key             | http.host=0.0.0.0 http.tls-configuration-name=empty http.insecure-requests=disabled management.host=127.0.0.1 | quarkus.tls.empty has no key
          an empty name                 | http.host=0.0.0.0 http.tls-configuration-name= http.insecure-requests=disabled management.host=127.0.0.1 | quarkus.http.tls-configuration-name is missing
          TLS 1.1                       | http.host=0.0.0.0 http.tls-configuration-name=old http.insecure-requests=disabled management.host=127.0.0.1 | quarkus.tls.old.protocols is
          management, plaintext         | http.host=127.0.0.1 management.host=0.0.0.0                       | quarkus.management.host is 0.0.0.0
          management without a host     | http.host=127.0.0.1                                               | quarkus.management.tls-configuration-name is missing
          management, no key            | http.host=127.0.0.1 management.host=0.0.0.0 management.tls-configuration-name=empty | quarkus.tls.empty has no key
          management, TLS               | http.host=127.0.0.1 management.host=0.0.0.0 management.tls-configuration-name=good | -
          TLS of the API is not its own | http.host=0.0.0.0 http.tls-configuration-name=good http.insecure-requests=disabled management.host=0.0.0.0 | quarkus.management.tls-configuration-name is missing
          no API                        | http.host-enabled=false http.host=0.0.0.0 management.host=127.0.0.1 | -
          no management                 | http.host=127.0.0.1 management.host-enabled=false                 | -
          """)
  void plaintextStaysOnLoopback(String what, String settings, @Nullable String sentence) {
    Map<String, String> given = new HashMap<>();
    for (String setting : settings.split(" ", -1)) {
      String[] both = setting.split("=", 2);
      given.put("quarkus." + both[0], both[1]);
    }
    Optional<String> wrong =
        HttpInterfaces.wrong(
            key -> Optional.ofNullable(given.get(key)),
            name -> Optional.ofNullable(KEYS.get(name)));
    if (sentence == null) {
      assertThat(wrong).isEmpty();
    } else {
      assertThat(wrong)
          .get()
          .asString()
          .contains(sentence)
          .containsPattern(": (write|name) ")
          .doesNotContain("\n");
    }
  }
}
