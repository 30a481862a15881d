package io.postern.console.web.signin;

import io.postern.lab.LabProvider;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A provider, and neither a log nor a database: signing in needs none of them. */
public final class ProviderForTests implements QuarkusTestResourceLifecycleManager {
  private static @Nullable LabProvider provider;
  private static @Nullable Path folder;

  static LabProvider provider() {
    return Objects.requireNonNull(provider);
  }

  static Path credentials() {
    return Objects.requireNonNull(folder).resolve("credentials");
  }

  @Override
  public Map<String, String> start() {
    try {
      folder = Files.createTempDirectory("console-sign-in-test");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    provider = LabProvider.start();
    return Map.of(
        "kafka.bootstrap.servers",
        "127.0.0.1:1",
        "quarkus.datasource.jdbc.url",
        "jdbc:postgresql://127.0.0.1:1/console",
        "postern.api.credentials-file",
        credentials().toString(),
        "postern.api.oidc.issuer",
        provider.issuer(),
        "postern.console.oidc.client-id",
        LabProvider.CLIENT,
        "postern.console.oidc.client-secret",
        LabProvider.SECRET);
  }

  @Override
  public void stop() {
    provider().close();
    try (Stream<Path> files = Files.walk(Objects.requireNonNull(folder))) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
