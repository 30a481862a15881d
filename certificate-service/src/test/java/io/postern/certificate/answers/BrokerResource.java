package io.postern.certificate.answers;

import static java.util.Map.entry;

import io.postern.certificate.AccessForTests;
import io.postern.programs.KafkaBroker;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A real broker for the service under test, and a folder for its lists. */
public class BrokerResource implements QuarkusTestResourceLifecycleManager {
  private @Nullable KafkaBroker broker;

  @Override
  public Map<String, String> start() {
    try {
      Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "broker");
      KafkaBroker started = KafkaBroker.start(folder.resolve("data"), _ -> {});
      broker = started;
      return Map.ofEntries(
          entry("kafka.bootstrap.servers", started.bootstrap()),
          entry("postern.test.broker", Long.toString(started.pid())),
          entry("postern.revocation.allow-private-targets", "true"),
          // What a test stalls ends when the test says so, and not before.
          entry("postern.revocation.fetch-timeout", "60s"),
          // Few, so that a test fills them.
          entry("postern.judging.concurrent", "40"),
          entry("postern.judging.waiting-for-lists", "100"),
          entry("postern.revocation.refresh-after", "1s"),
          entry("postern.revocation.cache-folder", folder.resolve("crls").toString()),
          entry("quarkus.http.proxy.proxy-address-forwarding", "true"),
          entry(
              "postern.api.public-keys-file",
              AccessForTests.lab().settings().get("postern.api.public-keys-file")));
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
