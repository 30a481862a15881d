package io.postern.api.signin;

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

/** A folder for the users, and an OpenID provider. */
public final class AccessForTests implements QuarkusTestResourceLifecycleManager {
  private static @Nullable Path folder;
  private static @Nullable Provider provider;

  static Provider provider() {
    return Objects.requireNonNull(provider);
  }

  static String password() {
    try {
      return Files.readString(Objects.requireNonNull(folder).resolve("credentials"))
          .strip()
          .split(":", 2)[1];
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Map<String, String> start() {
    try {
      folder = Files.createTempDirectory("api-access-test");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    provider = new Provider();
    return Map.of(
        "postern.api.credentials-file",
        folder.resolve("credentials").toString(),
        "postern.api.public-keys-file",
        folder.resolve("keys.pem").toString(),
        "postern.api.emergency-keys-file",
        folder.resolve("emergency.pem").toString(),
        "postern.api.oidc.issuer",
        provider.issuer(),
        "postern.api.oidc.device-client-id",
        "postern-cli",
        "quarkus.http.proxy.proxy-address-forwarding",
        "true");
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
