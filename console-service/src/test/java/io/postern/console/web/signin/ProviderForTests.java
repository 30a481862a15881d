package io.postern.console.web.signin;

import io.postern.console.AccessForTests;
import io.postern.lab.LabProvider;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A provider, and neither a log nor a database: signing in needs none of them. */
public final class ProviderForTests implements QuarkusTestResourceLifecycleManager {
  private static @Nullable LabProvider provider;

  static LabProvider provider() {
    return Objects.requireNonNull(provider);
  }

  @Override
  public Map<String, String> start() {
    provider = LabProvider.start();
    Map<String, String> settings = new HashMap<>(AccessForTests.lab().settings());
    settings.putAll(
        Map.of(
            "kafka.bootstrap.servers",
            "127.0.0.1:1",
            "quarkus.datasource.jdbc.url",
            "jdbc:postgresql://127.0.0.1:1/console",
            "postern.api.oidc.issuer",
            provider.issuer(),
            "postern.console.oidc.client-id",
            LabProvider.CLIENT,
            "postern.console.oidc.client-secret",
            LabProvider.SECRET));
    return settings;
  }

  @Override
  public void stop() {
    provider().close();
  }
}
