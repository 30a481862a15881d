package io.postern.operator.api;

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
import javax.net.ssl.SSLHandshakeException;

/**
 * Requests to a service's API. Any thread.
 *
 * <p>Failure: {@link IOException} with the service's own sentence, after 20 s at the latest.
 */
public final class ServiceApi {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String service;
  private final URI base;
  private final Path credentials;
  private final HttpClient http;

  /**
   * @param service its name, for messages
   * @param base scheme, host and port
   * @param credentials a file with {@code user:password}
   * @param http see {@link Https}
   */
  public ServiceApi(String service, URI base, Path credentials, HttpClient http) {
    this.service = service;
    this.base = base;
    this.credentials = credentials;
    this.http = http;
  }

  /** For messages: which service, and where. */
  @Override
  public String toString() {
    return service + " at " + base;
  }

  /**
   * @param path below /api/v1
   */
  HttpRequest.Builder request(String path) throws IOException {
    String secret = Files.readString(credentials).strip();
    return HttpRequest.newBuilder(base.resolve("/api/v1" + path))
        .timeout(Duration.ofSeconds(20))
        .header("Accept", "application/json")
        .header(
            "Authorization",
            "Basic " + Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8)));
  }

  /** Without credentials. */
  HttpRequest.Builder page(String path) {
    return HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofSeconds(20));
  }

  /**
   * @param answers the status codes that are an answer; any other is a failure
   */
  JsonNode send(HttpRequest.Builder request, Set<Integer> answers)
      throws IOException, InterruptedException {
    HttpResponse<String> response;
    try {
      response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (SSLHandshakeException e) {
      throw new IOException(
          this
              + " has no certificate of a trusted authority: name its authority with postern.authority-file, and a host"
              + " that its certificate names ("
              + e.getMessage()
              + ")",
          e);
    } catch (IOException e) {
      throw new IOException(this + " does not answer: " + e, e);
    }
    if (!answers.contains(response.statusCode())) {
      throw new IOException(
          service + " answered " + response.statusCode() + ": " + response.body());
    }
    return JSON.readTree(response.body());
  }
}
