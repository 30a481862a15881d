package io.postern.console.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A discovery document that leads a browser or a secret elsewhere is not believed. */
class DiscoveryTest {
  private static final String ISSUER = "https://login.contoso.example/realm";
  private static final String GOOD =
      """
      {"issuer": "https://login.contoso.example/realm",
       "authorization_endpoint": "https://login.contoso.example/auth?tenant=7",
       "token_endpoint": "https://login.contoso.example/token",
       "end_session_endpoint": "https://login.contoso.example/logout",
       "authorization_response_iss_parameter_supported": true}
      """;

  private static Discovery of(String json) throws Exception {
    return Discovery.of(new ObjectMapper().readTree(json), ISSUER);
  }

  @Test
  void theAddressesAreRead() throws Exception {
    Discovery discovery = of(GOOD);

    assertThat(discovery.authorization())
        .isEqualTo(URI.create("https://login.contoso.example/auth?tenant=7"));
    assertThat(discovery.token()).isEqualTo(URI.create("https://login.contoso.example/token"));
    assertThat(discovery.endSession()).contains(URI.create("https://login.contoso.example/logout"));
    assertThat(discovery.namesItself()).isTrue();
    Discovery least = of(GOOD.replaceAll("(?s),\\s*\"end_session.*", "}"));
    assertThat(least.endSession()).isEmpty();
    assertThat(least.namesItself()).isFalse();
    assertThat(of(GOOD.replace("https://login.contoso.example/token", "http://127.0.0.1:8180/t")))
        .isNotNull();
  }

  @ParameterizedTest(name = "{0} in place of {1}")
  @CsvSource({
    "https://login.contoso.example/realm, https://login.contoso.example/realm/, issuer",
    "https://login.contoso.example/realm, https://evil.example/realm, issuer",
    "https://login.contoso.example/auth, http://login.contoso.example/auth, authorization_endpoint",
    "https://login.contoso.example/auth, javascript:alert(1)//, authorization_endpoint",
    "https://login.contoso.example/auth, //evil.example/auth, authorization_endpoint",
    "https://login.contoso.example/auth?tenant=7, '', authorization_endpoint",
    "https://login.contoso.example/auth?tenant=7, https://a.example/#x, authorization_endpoint",
    "https://login.contoso.example/auth?tenant=7, 'https://a b/', authorization_endpoint",
    "https://login.contoso.example/token, http://127.0.0.1.evil.example/token, token_endpoint",
    "https://login.contoso.example/token, file:///etc/passwd, token_endpoint",
    "https://login.contoso.example/token, '', token_endpoint",
    "https://login.contoso.example/logout, http://login.contoso.example/, end_session_endpoint",
  })
  void anAddressElsewhereIsNotBelieved(String good, String bad, String named) {
    assertThatThrownBy(() -> of(GOOD.replace("\"" + good, "\"" + bad)))
        .isInstanceOfSatisfying(
            ProviderException.class,
            e -> assertThat(e.kind()).isEqualTo(ProviderException.Kind.UNEXPECTED))
        .hasMessageContaining(named);
  }
}
