package io.postern.certificate.answers;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The service as a process of its own, for measuring. */
final class ServiceProcess {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private ServiceProcess() {}

  /**
   * @param folder of this replica; its output is service.log there
   * @param settings further ones, as {@code -Dkey=value}
   */
  static Process start(
      Path folder, String jar, String bootstrap, int port, List<String> settings, String... through)
      throws IOException {
    Files.createDirectories(folder);
    List<String> command = new ArrayList<>(List.of(through));
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dkafka.bootstrap.servers=" + bootstrap,
            "-Dquarkus.http.host-enabled=false",
            "-Dquarkus.management.port=" + port,
            "-Dpostern.revocation.cache-folder=" + folder.resolve("crls"),
            "-Dpostern.api.public-keys-file=" + folder.resolve("public-keys.pem")));
    command.addAll(settings);
    command.addAll(List.of("-jar", new File(jar).getAbsolutePath()));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("service.log").toFile())
        .start();
  }

  static void awaitReady(int port) throws InterruptedException {
    HttpClient http = HttpClient.newHttpClient();
    HttpRequest ready =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/q/health/ready")).build();
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() - end < 0) {
      try {
        if (http.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        // not there yet
      }
      Thread.sleep(200);
    }
    throw new IllegalStateException("the service is not ready, see service.log");
  }
}
