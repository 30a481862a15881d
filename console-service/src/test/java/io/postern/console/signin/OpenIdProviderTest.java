package io.postern.console.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.api.ApiSettings;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings by which a secret would go astray end the start, with the setting's name. */
class OpenIdProviderTest {
  private static final String CLIENT = "postern.console.oidc.client-id";
  private static final String ISSUER = "postern.api.oidc.issuer";
  private static final String TLS = "postern.api.oidc.tls-configuration-name";

  /** Without any configuration. */
  private static final class NoTls implements TlsConfigurationRegistry {
    @Override
    public Optional<TlsConfiguration> get(String name) {
      return Optional.empty();
    }

    @Override
    public Optional<TlsConfiguration> getDefault() {
      return Optional.empty();
    }

    @Override
    public void register(String name, TlsConfiguration configuration) {
      throw new UnsupportedOperationException();
    }
  }

  private static OpenIdProvider of(Map<String, String> values) throws Exception {
    SmallRyeConfig config =
        new SmallRyeConfigBuilder()
            .addDiscoveredConverters()
            .withMapping(ApiSettings.class)
            .withMapping(ProviderSettings.class)
            .withDefaultValues(values)
            .build();
    return new OpenIdProvider(
        config.getConfigMapping(ProviderSettings.class),
        config.getConfigMapping(ApiSettings.class),
        new NoTls());
  }

  @Test
  void withoutAClientBrowsersSignInNowhere() throws Exception {
    OpenIdProvider provider = of(Map.of(ISSUER, "https://login.contoso.example/realm"));

    assertThat(provider.isThere()).isFalse();
    assertThat(provider.host()).isEmpty();
    assertThat(of(Map.of(CLIENT, "a", ISSUER, "https://login.contoso.example/realm")).host())
        .isEqualTo("login.contoso.example");
  }

  @ParameterizedTest(name = "issuer {0}, TLS {1}: {2}")
  @CsvSource({
    "'', '', postern.api.oidc.issuer",
    "http://login.contoso.example/realm, '', postern.api.oidc.issuer",
    "http://localhost.evil.example/realm, '', postern.api.oidc.issuer",
    "https://login.contoso.example/realm, missing, postern.api.oidc.tls-configuration-name",
  })
  void theStartNamesTheSetting(String issuer, String tls, String named) {
    assertThatThrownBy(() -> of(Map.of(CLIENT, "a", ISSUER, issuer, TLS, tls)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(named);
  }
}
