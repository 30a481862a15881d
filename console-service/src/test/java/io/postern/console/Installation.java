package io.postern.console;

import io.postern.log.LogSettings;
import io.postern.programs.KafkaBroker;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A real broker and a real database for the running service. */
public final class Installation implements QuarkusTestResourceLifecycleManager {
  private static @Nullable KafkaBroker broker;
  private static @Nullable Path folder;
  private static @Nullable String url;

  public static KafkaBroker broker() {
    return Objects.requireNonNull(broker);
  }

  public static LogSettings log() {
    return new LogSettings(Map.of("bootstrap.servers", broker().bootstrap()));
  }

  public static String url() {
    return Objects.requireNonNull(url);
  }

  @Override
  public Map<String, String> start() {
    try {
      folder = Files.createTempDirectory("console-test");
      broker = KafkaBroker.start(folder.resolve("broker"), properties -> {});
      // A later version has begun before: all calls and pages are tested beside it.
      url = Postgres.empty();
      Postgres.migrate(url, LaterTables.MIGRATIONS);
      Map<String, String> settings = new HashMap<>(AccessForTests.lab().settings());
      settings.putAll(
          Map.of(
              "kafka.bootstrap.servers",
              broker.bootstrap(),
              "quarkus.datasource.jdbc.url",
              url,
              "quarkus.datasource.username",
              Postgres.user(),
              "quarkus.datasource.password",
              Postgres.password(),
              "postern.console.search-user",
              Postgres.reader(),
              "postern.console.search-password",
              Postgres.password(),
              "quarkus.http.test-port",
              "0",
              "quarkus.http.proxy.proxy-address-forwarding",
              "true"));
      return settings;
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
