package io.postern.certificate.anchors;

import io.postern.certificate.ParsedCertificate;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jboss.logging.Logger;

/**
 * The download of a URL's PEM bundle into a copy, from which {@link AnchorSource#url} reads. An
 * answer is believed if it came over TLS from a server that is judged good by the anchors in force,
 * has at most 4 MiB, is in time, has certificates alone, and has at least half of the former
 * copy's. Any other answer changes nothing, and is one log line.
 *
 * <p>Up to {@value #MAX_REDIRECTS} redirects, to https only. A new connection each time, so that
 * none outlives the anchors that it was judged by. One thread; blocks at most the patience.
 */
public final class AnchorDownload {
  static final int MAX_REDIRECTS = 3;
  private static final int OK = 200;
  private static final Logger LOG = Logger.getLogger(AnchorDownload.class);

  private final URI url;
  private final UrlCopy copy;
  private final Supplier<SSLContext> tls;
  private final Duration patience;

  /** Why an answer is not believed. */
  private static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    RefusedException(String why) {
      super(why);
    }
  }

  /**
   * @param tls judges servers by the anchors in force; asked at each fetch
   * @param patience for the whole of a fetch, redirects included
   */
  public AnchorDownload(URI url, Path file, Supplier<SSLContext> tls, Duration patience) {
    this.url = checked(url);
    this.copy = new UrlCopy(url, file);
    this.tls = tls;
    this.patience = patience;
  }

  /**
   * The same URL.
   *
   * @throws IllegalArgumentException names the setting and the cure
   */
  public static URI checked(URI url) {
    if (!isHttps(url) || url.getRawUserInfo() != null || url.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "postern.anchors.url is not an https URL of a host (without user and fragment): write "
              + "https://host/path");
    }
    return url;
  }

  private static boolean isHttps(URI url) {
    return "https".equals(String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT))
        && url.getHost() != null;
  }

  public enum Result {
    /** The copy is another one now. */
    CHANGED,
    SAME,
    /** Nothing was changed. */
    FAILED
  }

  public Result fetch() throws InterruptedException {
    try {
      byte[] answer = answer();
      List<ParsedCertificate> read = new CertificateText("its answer", true).read(answer);
      Set<ParsedCertificate> now = new HashSet<>(read);
      Set<ParsedCertificate> before = before();
      if (now.equals(before)) {
        return Result.SAME;
      }
      long kept = before.stream().filter(now::contains).count();
      if (2 * kept < before.size()) {
        throw new RefusedException(
            "of the %d anchors that came from there before it has %d; to accept that, remove %s"
                .formatted(before.size(), kept, copy.file()));
      }
      if (now.size() > DefaultAnchors.MOST) {
        throw new RefusedException(
            now.size() + " anchors, at most " + DefaultAnchors.MOST + " are kept");
      }
      copy.write(answer);
      return Result.CHANGED;
    } catch (RefusedException | BadAnchorFileException | IOException e) {
      LOG.warnf("postern.anchors.url: %s: nothing is changed: %s", UrlCopy.shown(url), why(e));
      return Result.FAILED;
    }
  }

  private Set<ParsedCertificate> before() {
    try {
      return Files.exists(copy.file()) ? new HashSet<>(copy.certificates()) : Set.of();
    } catch (BadAnchorFileException e) {
      return Set.of(); // the source that reads it says so
    }
  }

  private byte[] answer() throws IOException, RefusedException, InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(patience)
            .sslContext(tls.get())
            .build();
    try {
      URI at = url;
      for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
        HttpResponse<byte[]> response = send(client, at, end);
        if (response.statusCode() == OK) {
          return response.body();
        }
        at = redirect(at, response);
      }
      throw new RefusedException("more than " + MAX_REDIRECTS + " redirects");
    } finally {
      client.shutdownNow();
    }
  }

  private static HttpResponse<byte[]> send(HttpClient client, URI at, long end)
      throws IOException, RefusedException, InterruptedException {
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(
            HttpRequest.newBuilder(at).GET().build(),
            BodyHandlers.limiting(BodyHandlers.ofByteArray(), CertificateText.MAX_BYTES));
    try {
      return answer.get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new RefusedException("no complete response in time");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException failed
          ? failed
          : new IOException(String.valueOf(e.getCause()), e);
    } finally {
      answer.cancel(true);
    }
  }

  // RFC 9110 §15.4
  private static URI redirect(URI from, HttpResponse<byte[]> response) throws RefusedException {
    String location = response.headers().firstValue("Location").orElse("");
    if (response.statusCode() / 100 != 3 || location.isEmpty()) {
      throw new RefusedException("status " + response.statusCode());
    }
    try {
      URI to = from.resolve(location);
      if (!isHttps(to)) {
        throw new RefusedException("it redirects to " + UrlCopy.shown(to) + ", which is not https");
      }
      return to;
    } catch (IllegalArgumentException e) {
      throw new RefusedException("it redirects to an invalid URL");
    }
  }

  private static String why(Exception e) {
    Throwable root = e;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String text = e instanceof IOException ? root.toString() : String.valueOf(e.getMessage());
    return text.replaceAll("[^\\x20-\\x7e]", "?");
  }
}
