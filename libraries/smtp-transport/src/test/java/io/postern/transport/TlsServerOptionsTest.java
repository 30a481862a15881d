package io.postern.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsServerOptionsTest {
  private static final TlsServerOptions DEFAULT = TlsServerOptions.DEFAULT;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "TLS_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
        "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
        "TLS_RSA_EXPORT_WITH_RC4_40_MD5",
        "TLS_ECDHE_RSA_WITH_NULL_SHA",
        "TLS_AES_128_GCM_SHA256",
        "ALL",
        "",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384:TLS_RSA_WITH_AES_128_CBC_SHA"
      })
  void aSuiteBelowTheFloorIsRefused(String suite) {
    assertThatThrownBy(() -> DEFAULT.withTls12Suites(List.of(suite)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "\"" + suite + "\" is not a cipher suite of TLS 1.2 that is offered");
  }

  @Test
  void aListIsTakenAsItIs() {
    List<String> suites = DEFAULT.tls12Suites().reversed();
    assertThat(DEFAULT.withTls12Suites(suites).tls12Suites()).isEqualTo(suites);
    assertThat(DEFAULT.withGroups(List.of("secp384r1", "x25519")).groups())
        .containsExactly("secp384r1", "x25519");
    assertThat(DEFAULT.withTls13Only().withGroups(List.of("X25519MLKEM768")).groups()).hasSize(1);
  }

  @Test
  void groupsHaveAFloorToo() {
    for (List<String> groups :
        List.of(
            List.of("sect163k1"),
            List.<String>of(),
            List.of("x25519", "x25519"),
            List.of("X25519MLKEM768"))) {
      assertThatThrownBy(() -> DEFAULT.withGroups(groups))
          .as("%s", groups)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
