package io.postern.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.Set;

/**
 * Requests to policy-service's API on loopback, with the credentials that it generated. Any thread.
 *
 * <p>Failure: {@link IOException} with the service's own sentence, after 20 s at the latest.
 */
final class PolicyApi {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  private final String base;
  private final Path credentials;

  PolicyApi(int httpPort, Path credentials) {
    this.base = "http://127.0.0.1:" + httpPort + "/api/v1";
    this.credentials = credentials;
  }

  HttpRequest.Builder request(String path) throws IOException {
    String secret = Files.readString(credentials).strip();
    return HttpRequest.newBuilder(URI.create(base + path))
        .timeout(Duration.ofSeconds(20))
        .header("Accept", "application/json")
        .header(
            "Authorization",
            "Basic " + Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * @param answers the status codes that are an answer; any other is a failure
   */
  JsonNode send(HttpRequest.Builder request, Set<Integer> answers)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    if (!answers.contains(response.statusCode())) {
      throw new IOException(
          "policy-service answered " + response.statusCode() + ": " + response.body());
    }
    return JSON.readTree(response.body());
  }
}
