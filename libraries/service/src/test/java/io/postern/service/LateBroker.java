package io.postern.service;

import static java.util.Objects.requireNonNull;

import io.postern.programs.KafkaBroker;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A broker that is away when the service starts, and comes when a test says so. */
public final class LateBroker implements QuarkusTestResourceLifecycleManager {
  private static @Nullable KafkaBroker broker;

  static void come() {
    requireNonNull(broker).restart();
  }

  @Override
  public Map<String, String> start() {
    try {
      Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "broker");
      KafkaBroker started = KafkaBroker.start(folder, _ -> {});
      started.stop();
      broker = started;
      return Map.of("kafka.bootstrap.servers", started.bootstrap());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void stop() {
    if (broker != null) {
      broker.close();
    }
  }
}
