package io.postern.operator.signin;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.postern.log.LogSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import javax.net.ssl.SSLHandshakeException;

/**
 * Requests to an OpenID provider, over https or to this machine. An answer has 256 KiB at most, and
 * is there whole within the patience. No redirection is followed. Any thread.
 */
public final class ProviderHttp {
  /** Of a command. */
  public static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_SHOWN = 200;
  private static final int MOST_BYTES = 256 << 10;

  private final HttpClient http;
  private final Duration patience;

  /**
   * @param http follows no redirection
   * @param patience for one request with its answer
   */
  public ProviderHttp(HttpClient http, Duration patience) {
    this.http = http;
    this.patience = patience;
  }

  /**
   * @param body missing: it is no JSON
   */
  record Answer(int status, JsonNode body) {}

  /** No answer came, or none that would be the same a little later. */
  static final class UnreachableException extends IOException {
    private static final long serialVersionUID = 1L;

    UnreachableException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * An address to which a secret may be sent.
   *
   * @throws IOException it is none, with {@code of} for whose it is
   */
  static URI address(String of, String text) throws IOException {
    try {
      URI address = URI.create(text);
      String host = address.getHost();
      if (host != null
          && ("https".equalsIgnoreCase(address.getScheme())
              || "http".equalsIgnoreCase(address.getScheme()) && LogSettings.loopback(host))) {
        return address;
      }
    } catch (IllegalArgumentException e) {
      throw new IOException(of + " is not a valid URL: " + shown(text), e);
    }
    throw new IOException(of + " is " + shown(text) + ": use https, or http on this machine");
  }

  Answer get(URI address) throws IOException {
    return send(HttpRequest.newBuilder(address).GET());
  }

  Answer post(URI address, Map<String, String> form) throws IOException {
    String body =
        form.entrySet().stream()
            .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
            .collect(Collectors.joining("&"));
    return send(
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** The client's own time-out ends with the answer's head. */
  private Answer send(HttpRequest.Builder builder) throws IOException {
    HttpRequest request = builder.header("Accept", "application/json").build();
    URI to = request.uri();
    try (ExecutorService one = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Answer> answer = one.submit(() -> read(request));
      try {
        return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        throw new UnreachableException(
            to + " did not respond within " + patience.toSeconds() + " s", e);
      } finally {
        one.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SSLHandshakeException) {
        throw new IOException(
            to
                + " presented a certificate that is not trusted here: set "
                + "postern.oidc.authority-file to its authority ("
                + e.getCause().getMessage()
                + ")",
            e);
      }
      if (e.getCause() instanceof TooLargeException) {
        throw new IOException(to + " returned more than " + MOST_BYTES + " bytes", e);
      }
      throw new UnreachableException(to + " does not respond: " + e.getCause(), e);
    }
  }

  private static final class TooLargeException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  private Answer read(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<InputStream> response =
        http.send(request, HttpResponse.BodyHandlers.ofInputStream());
    byte[] body;
    try (InputStream in = response.body()) {
      body = in.readNBytes(MOST_BYTES + 1);
    }
    if (body.length > MOST_BYTES) {
      throw new TooLargeException();
    }
    try {
      return new Answer(response.statusCode(), JSON.readTree(body));
    } catch (JacksonException e) {
      return new Answer(response.statusCode(), MissingNode.getInstance());
    }
  }

  /** A stranger's text in printable ASCII, cut. */
  public static String shown(String text) {
    String cut = text.length() > MOST_SHOWN ? text.substring(0, MOST_SHOWN) + "..." : text;
    return cut.replaceAll("[^ -~]", "?");
  }
}
