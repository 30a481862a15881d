package io.postern.policy.api;

import io.postern.programs.KafkaBroker;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A real broker for the running service, and a folder for its credentials. */
public final class BrokerForTests implements QuarkusTestResourceLifecycleManager {
  private static @Nullable KafkaBroker broker;
  private static @Nullable Path folder;

  public static KafkaBroker broker() {
    return java.util.Objects.requireNonNull(broker);
  }

  public static Path credentials() {
    return java.util.Objects.requireNonNull(folder).resolve("state").resolve("credentials");
  }

  @Override
  public Map<String, String> start() {
    try {
      folder = Files.createTempDirectory("policy-api-test");
      broker = KafkaBroker.start(folder.resolve("broker"), properties -> {});
      return Map.of(
          "kafka.bootstrap.servers",
          broker.bootstrap(),
          "postern.api.credentials-file",
          credentials().toString(),
          "postern.api.public-keys-file",
          credentials().resolveSibling("keys.pem").toString(),
          "postern.api.password-iterations",
          "100000",
          "postern.quotas.organization.few.objects",
          "4",
          "postern.schedule.state-folder",
          folder.resolve("schedule").toString(),
          "quarkus.http.test-port",
          "0",
          "quarkus.http.proxy.proxy-address-forwarding",
          "true");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void stop() {
    if (broker != null) {
      broker.close();
    }
    if (folder != null) {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
