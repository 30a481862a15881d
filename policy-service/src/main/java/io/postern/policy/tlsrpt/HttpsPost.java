package io.postern.policy.tlsrpt;

import io.postern.contracts.PublicAddress;
import io.postern.contracts.Texts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jboss.logging.Logger;

/**
 * The POST of a report to an {@code https:} address that a stranger has named (RFC 8460 §5.4).
 *
 * <p><b>Guards.</b> The host's addresses are looked up once, and those on the public Internet are
 * the ones that are dialled, {@value #MOST_ADDRESSES} at most. No redirect is followed, and of the
 * answer one line of at most {@value #MOST_LINE} octets is read. All together lasts {@value
 * #PATIENCE_SECONDS} s at most after the connection, which has 10 s an address; the look-up has the
 * system's patience. The server's certificate must be valid for the host: a report names failures
 * that nobody else shall read (RFC 8460 §3 would let us ignore errors).
 *
 * <p>Any thread, which it blocks.
 */
final class HttpsPost {
  private static final Logger LOG = Logger.getLogger(HttpsPost.class);
  private static final int PATIENCE_SECONDS = 30;
  private static final int CONNECT_MILLIS = (int) Duration.ofSeconds(10).toMillis();
  private static final int READ_MILLIS = (int) Duration.ofSeconds(15).toMillis();
  private static final int MOST_LINE = 1_000;
  private static final int MOST_ADDRESSES = 3;
  private static final int PORT = 443;
  private static final int MAX_PORT = 65_535;

  private final SSLSocketFactory tls;
  private final boolean allowPrivate;
  private final ScheduledExecutorService ends =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().name("tls-report-post-ends").daemon().unstarted(task));

  /**
   * @param tls with the roots that servers' certificates lead to
   */
  HttpsPost(SSLSocketFactory tls, boolean allowPrivate) {
    this.tls = tls;
    this.allowPrivate = allowPrivate;
  }

  /** With the JDK's roots. */
  static HttpsPost withUsualRoots(boolean allowPrivate) {
    return new HttpsPost((SSLSocketFactory) SSLSocketFactory.getDefault(), allowPrivate);
  }

  /**
   * Posts a report.
   *
   * @param gzip JSON in gzip
   * @throws IOException the server has not taken it; the message is a sentence
   */
  void post(String address, byte[] gzip) throws IOException {
    URI uri = uri(address);
    int port = uri.getPort() < 0 ? PORT : uri.getPort();
    try (Socket socket = connected(targets(uri.getHost()), port)) {
      Future<?> end = ends.schedule(() -> close(socket), PATIENCE_SECONDS, TimeUnit.SECONDS);
      try (SSLSocket secured = (SSLSocket) tls.createSocket(socket, uri.getHost(), port, true)) {
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS"); // RFC 9110 §4.3.4
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        OutputStream out = secured.getOutputStream();
        out.write(head(uri, gzip.length));
        out.write(gzip);
        out.flush();
        check(statusLine(secured.getInputStream()));
      } finally {
        end.cancel(false);
      }
    }
  }

  private static URI uri(String address) throws IOException {
    try {
      URI uri = new URI(address);
      if ("https".equals(uri.getScheme())
          && uri.getHost() != null
          && uri.getUserInfo() == null
          && uri.getPort() <= MAX_PORT) {
        return uri;
      }
    } catch (URISyntaxException e) {
      throw new IOException("the address is not a URI", e);
    }
    throw new IOException("the address is not an https: address of a host");
  }

  private List<InetAddress> targets(String host) throws IOException {
    List<InetAddress> usable =
        Arrays.stream(InetAddress.getAllByName(host))
            .filter(address -> allowPrivate || PublicAddress.is(address))
            .limit(MOST_ADDRESSES)
            .toList();
    if (usable.isEmpty()) {
      throw new IOException(
          host + " has no public address (postern.tls-reports.allow-private-targets)");
    }
    return usable;
  }

  /** With the first address that answers. */
  private static Socket connected(List<InetAddress> targets, int port) throws IOException {
    IOException last = new IOException("no address");
    for (InetAddress target : targets) {
      Socket socket = new Socket();
      try {
        socket.setSoTimeout(READ_MILLIS);
        socket.connect(new InetSocketAddress(target, port), CONNECT_MILLIS);
        return socket;
      } catch (IOException e) {
        socket.close();
        last = e;
      }
    }
    throw last;
  }

  private static byte[] head(URI uri, int length) {
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    String host = uri.getPort() < 0 ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
    String head =
        "POST "
            + path
            + query
            + " HTTP/1.1\r\nHost: "
            + host
            + "\r\nContent-Type: application/tlsrpt+gzip\r\nContent-Length: "
            + length
            + "\r\nUser-Agent: Postern\r\nConnection: close\r\n\r\n";
    return head.getBytes(StandardCharsets.US_ASCII);
  }

  private static String statusLine(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0 || line.size() >= MOST_LINE) {
        throw new IOException("the server sent no HTTP response");
      }
      line.write(c);
    }
    return line.toString(StandardCharsets.US_ASCII).strip();
  }

  private static void check(String status) throws IOException {
    if (!status.matches("HTTP/1\\.[01] 2\\d\\d( .*)?")) {
      String shown = status.replaceAll("[^\\x20-\\x7e]", "?");
      throw new IOException("the server returned " + Texts.cut(shown, 80));
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debugf(e, "a connection did not close"); // it is gone anyway
    }
  }
}
