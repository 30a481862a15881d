package io.postern.api.signin;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.api.ApiSettings;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.jose4j.jwt.JwtClaims;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Access tokens and ID tokens as providers write them. */
class AccessTokenCheckTest {
  private static ApiSettings settings(Map<String, String> settings) {
    return new SmallRyeConfigBuilder()
        .addDiscoveredConverters()
        .withMapping(ApiSettings.class)
        .withDefaultValues(settings)
        .build()
        .getConfigMapping(ApiSettings.class);
  }

  private static AccessTokenCheck check(Map<String, String> settings) {
    return new AccessTokenCheck(settings(settings));
  }

  @ParameterizedTest(name = "{0}: {1} {2}")
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        "RFC 9068 | at+jwt | {'aud': 'postern'} | true",
        "RFC 9068, whole | application/AT+JWT | {'aud': 'postern'} | true",
        "Keycloak | JWT | {'aud': 'postern', 'typ': 'Bearer', 'azp': 'postern'} | true",
        "Keycloak's ID token | JWT | {'aud': 'postern', 'typ': 'ID', 'azp': 'postern'} | false",
        "Keycloak's refresh token | JWT | {'aud': 'postern', 'typ': 'Refresh'} | false",
        "Entra ID, version 1 | JWT | {'aud': 'api://postern', 'appid': '7', 'scp': 'a'} | true",
        "Entra ID, version 2 | JWT | {'aud': 'postern', 'azp': '7', 'scp': 'a'} | true",
        "Entra ID, a program | JWT | {'aud': 'postern', 'azp': '7', 'roles': ['a']} | true",
        "Entra ID's ID token | JWT | {'aud': 'postern', 'roles': ['a'], 'nonce': 'n'} | false",
        "Okta | none | {'aud': 'postern', 'cid': '7', 'scp': ['a']} | true",
        "an ID token | none | {'aud': 'postern', 'azp': 'postern', 'at_hash': 'x'} | false",
        "an ID token with a scope | none | {'aud': 'postern', 'scope': 'a', 'c_hash': 'x'} | false",
        "an ID token for two | none | {'aud': ['postern', 'x'], 'azp': 'x'} | false",
        "a logout token | logout+jwt | {'aud': 'postern', 'scope': 'a'} | false",
        "a type that is none | JWT | {'aud': 'postern', 'typ': 7, 'scope': 'a'} | false",
      })
  void anAccessTokenIsKnown(String what, @Nullable String type, String claims, boolean good)
      throws Exception {
    String problem = check(Map.of()).problem(type, JwtClaims.parse(claims.replace('\'', '"')));
    assertThat(problem == null).as(what).isEqualTo(good);
  }

  @Test
  void onlyTheNamedClientsMay() throws Exception {
    AccessTokenCheck check = check(Map.of("postern.api.oidc.clients", "postern,postern-console"));
    assertThat(check.problem("at+jwt", JwtClaims.parse("{\"azp\": \"postern-console\"}"))).isNull();
    assertThat(check.problem("at+jwt", JwtClaims.parse("{\"client_id\": \"postern\"}"))).isNull();
    assertThat(check.problem("at+jwt", JwtClaims.parse("{\"azp\": \"shop\"}"))).contains("azp");
    assertThat(check.problem("at+jwt", JwtClaims.parse("{}"))).contains("azp");
  }

  @Test
  void anEmptyPrefixIsNone() {
    assertThat(settings(Map.of()).oidc().rolePrefix()).contains("postern:");
    assertThat(settings(Map.of("postern.api.oidc.role-prefix", "")).oidc().rolePrefix()).isEmpty();
  }
}
