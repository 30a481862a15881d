package io.postern.e2e.kills;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/** What an administrator asks for by policy-service's API. Any thread. */
final class QueueApi {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private static final int TRIES = 5;

  private final int httpPort;
  private final Path credentials;

  QueueApi(int httpPort, Path credentials) {
    this.httpPort = httpPort;
    this.credentials = credentials;
  }

  /** Returns when the request is in the log. */
  void cancel(String queueId, List<Integer> recipients) throws IOException, InterruptedException {
    String secret = Files.readString(credentials).strip();
    String body =
        recipients.stream()
            .map(String::valueOf)
            .collect(Collectors.joining(",", "{\"recipients\":[", "]}"));
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + httpPort + "/api/v1/queue/" + queueId + "/cancel"))
            .timeout(Duration.ofSeconds(60))
            .header("Content-Type", "application/json")
            .header(
                "Authorization",
                "Basic "
                    + Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8)))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    for (int i = 1; i < TRIES && response.statusCode() == 503; i++) {
      Thread.sleep(Duration.ofSeconds(1));
      response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    }
    if (response.statusCode() != 202) {
      throw new IOException(
          "cancelling " + queueId + ": " + response.statusCode() + " " + response.body());
    }
  }
}
