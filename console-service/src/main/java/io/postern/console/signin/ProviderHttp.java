package io.postern.console.signin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.postern.bounds.Share;
import io.postern.console.signin.ProviderException.Kind;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * Requests to the provider: 10 s for a whole answer, 256 KiB at most, 16 at one time and two of a
 * network, since strangers cause them. No redirection is followed. Any thread that may block.
 */
final class ProviderHttp {
  private static final ObjectMapper JSON = new ObjectMapper();
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final long MOST_BYTES = 256 << 10;
  private static final int FIRST_SERVER_FAILURE = 500;
  private static final int TOO_MANY = 429;
  private static final int OF_A_NETWORK = 2;
  private static final int MOST = 16;

  private final HttpClient http;
  private final Duration patience;
  private final Share places = places();

  /**
   * @param http follows no redirection
   * @param patience for a whole answer
   */
  ProviderHttp(HttpClient http, Duration patience) {
    this.http = http;
    this.patience = patience;
  }

  /** As many as requests at one time. */
  static Share places() {
    return new Share(MOST, OF_A_NETWORK);
  }

  static ProviderException crowded() {
    return new ProviderException(
        Kind.CROWDED,
        "%d sign-ins of one network, or %d in total, are already waiting for it"
            .formatted(OF_A_NETWORK, MOST));
  }

  /**
   * @param body missing: it is no JSON
   */
  record Answer(int status, JsonNode body) {
    /** It may be otherwise later. */
    boolean isOverloaded() {
      return status >= FIRST_SERVER_FAILURE || status == TOO_MANY;
    }
  }

  /**
   * @param network of the browser
   * @throws ProviderException silent, crowded, or unexpected
   */
  Answer send(HttpRequest request, String network) throws ProviderException {
    try (Share.Held place = places.take(network, 1)) {
      if (place == null) {
        throw crowded();
      }
      return answer(request);
    }
  }

  /** The time-out of a request alone ends with the answer's head. */
  private Answer answer(HttpRequest request) throws ProviderException {
    CompletableFuture<HttpResponse<String>> coming =
        http.sendAsync(
            request,
            HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofString(), MOST_BYTES));
    try {
      HttpResponse<String> response = coming.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return new Answer(response.statusCode(), parsed(response.body()));
    } catch (TimeoutException e) {
      throw new ProviderException(
          Kind.SILENT, request.uri() + " has not answered within " + patience.toSeconds() + " s");
    } catch (ExecutionException e) {
      // Other causes may have words of the answer.
      throw e.getCause() instanceof SSLException tls
          ? new ProviderException(Kind.UNEXPECTED, request.uri() + " without valid TLS: " + tls)
          : new ProviderException(Kind.SILENT, request.uri() + " returns no HTTP response");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ProviderException(Kind.SILENT, "the service stops");
    } finally {
      coming.cancel(true);
    }
  }

  private static JsonNode parsed(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }
}
