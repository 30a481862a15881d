package io.postern.operator.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;

/**
 * Requests to a service's API, whose answers have 64 MiB at most. Any thread.
 *
 * <p>Failure: {@link IOException} with the service's own sentence, after 20 s at the latest, or the
 * time-out of the request; the whole answer is there by then.
 */
public final class ServiceApi {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MOST_BYTES = 64 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int MOST_SHOWN = 2_000; // characters of an answer in a message
  private static final int UNAUTHORIZED = 401;
  private static final int NONE = 404;

  private final String service;
  private final URI base;
  private final Credentials credentials;
  private final HttpClient http;

  /**
   * @param credentials a file with {@code user:password}
   */
  public ServiceApi(String service, URI base, Path credentials, HttpClient http) {
    this(service, base, Credentials.file(credentials), http);
  }

  /**
   * @param service its name, for messages
   * @param base scheme, host and port
   * @param http see {@link Https}
   */
  public ServiceApi(String service, URI base, Credentials credentials, HttpClient http) {
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
    HttpRequest.Builder request =
        page("/api/v1" + path).header("Accept", "application/json, application/problem+json");
    String authorization = credentials.authorization();
    return authorization == null ? request : request.header("Authorization", authorization);
  }

  /** Without credentials. */
  HttpRequest.Builder page(String path) {
    return HttpRequest.newBuilder(base.resolve(path)).timeout(PATIENCE);
  }

  /**
   * @param answers the status codes that are an answer; any other is a failure, and so is a 404
   *     that is no problem of a service (RFC 9457)
   */
  JsonNode send(HttpRequest.Builder request, Set<Integer> answers)
      throws IOException, InterruptedException {
    return JSON.readTree(sendForText(request, answers));
  }

  /** The same for an answer that is no JSON. */
  String sendForText(HttpRequest.Builder request, Set<Integer> answers)
      throws IOException, InterruptedException {
    return response(request, answers).body();
  }

  /** The same with status and header fields. */
  HttpResponse<String> response(HttpRequest.Builder request, Set<Integer> answers)
      throws IOException, InterruptedException {
    return answer(whole(request), answers);
  }

  /** The same; empty: the service has no such thing. */
  Optional<HttpResponse<String>> responseOrNone(HttpRequest.Builder request, Set<Integer> answers)
      throws IOException, InterruptedException {
    HttpResponse<String> response = whole(request);
    return response.statusCode() == NONE && isProblem(response)
        ? Optional.empty()
        : Optional.of(answer(response, answers));
  }

  /** The same for JSON. */
  Optional<JsonNode> sendOrNone(HttpRequest.Builder request, Set<Integer> answers)
      throws IOException, InterruptedException {
    Optional<HttpResponse<String>> response = responseOrNone(request, answers);
    return response.isPresent()
        ? Optional.of(JSON.readTree(response.get().body()))
        : Optional.empty();
  }

  /** A response that is an answer, or a failure. */
  HttpResponse<String> answer(HttpResponse<String> response, Set<Integer> answers)
      throws IOException {
    int status = response.statusCode();
    // A balancer that knows no service answers 404 as well, and has no problem for it.
    if (!answers.contains(status) || status == NONE && !isProblem(response)) {
      throw refused(status, response.body());
    }
    return response;
  }

  /** RFC 9457: a service's own words. */
  private static boolean isProblem(HttpResponse<String> response) {
    return response
        .headers()
        .firstValue("Content-Type")
        .orElse("")
        .startsWith("application/problem+json");
  }

  /** The time-out of a request alone ends with the answer's head. */
  private HttpResponse<String> whole(HttpRequest.Builder builder)
      throws IOException, InterruptedException {
    HttpRequest request = builder.build();
    long seconds = request.timeout().orElse(PATIENCE).toSeconds();
    CompletableFuture<HttpResponse<String>> response =
        http.sendAsync(
            request,
            HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofString(), MOST_BYTES));
    try {
      return response.get(seconds, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IOException(
          this + " does not respond: its response has no end after " + seconds + " s", e);
    } catch (ExecutionException e) {
      throw unanswered(e.getCause() instanceof IOException cause ? cause : new IOException(e));
    } finally {
      response.cancel(true); // closes the connection of an answer that has no end
    }
  }

  private IOException refused(int status, String body) {
    return new IOException(
        service
            + " returned "
            + status
            + ": "
            + shown(ProblemText.of(body))
            + (status == UNAUTHORIZED ? credentials.cure() : ""));
  }

  /** A body can be anything, and long. */
  private static String shown(String text) {
    return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + " …";
  }

  private IOException unanswered(IOException e) {
    return e instanceof SSLHandshakeException
        ? new IOException(
            this
                + " presented a certificate that is not trusted here: set postern.authority-file "
                + "to its authority, and use a host name that the certificate has ("
                + e.getMessage()
                + ")",
            e)
        : new IOException(this + " does not respond: " + e, e);
  }
}
