package io.postern.certificate.revocation;

import io.postern.certificate.revocation.FetchException.Kind;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Fetches one object by HTTP/1.1 (RFC 9112). The URL comes out of a certificate that anyone may
 * present, so this is the most exposed part of the service: http only; the name is resolved here
 * and the connection goes to the very address that was checked, so that a name cannot be public
 * when it is checked and private when it is used; redirects count and are checked alike; time,
 * size, header and concurrency are bounded. The JDK's HTTP client resolves by itself, hence an own
 * one.
 *
 * <p>Any thread; blocks at most the fetch time-out.
 */
public final class HttpFetch implements AutoCloseable {
  private static final int HTTP_PORT = 80;
  private static final int MAX_PORT = 65_535;
  private static final int BUFFER = 16 * 1024;
  private static final Duration SHORTEST = Duration.ofMillis(1);

  private final RevocationSettings settings;
  private final Resolver resolver = new Resolver();
  private final Semaphore all;
  private final Map<String, Integer> perHost = new ConcurrentHashMap<>();

  public HttpFetch(RevocationSettings settings) {
    this.settings = settings;
    this.all = new Semaphore(settings.concurrentFetches(), true);
  }

  /** A fetch has this long from its beginning. */
  private record Deadline(long nanos) {
    static Deadline in(Duration time) {
      return new Deadline(System.nanoTime() + time.toNanos());
    }

    Duration left() throws FetchException {
      long left = nanos - System.nanoTime();
      if (left < SHORTEST.toNanos()) {
        throw timeout();
      }
      return Duration.ofNanos(left);
    }

    Duration leftAtMost(Duration bound) throws FetchException {
      Duration left = left();
      return left.compareTo(bound) < 0 ? left : bound;
    }
  }

  /**
   * @param body of a POST; null: a GET
   */
  record Request(String accept, @Nullable String contentType, byte @Nullable [] body, long most) {
    static Request list(long most) {
      return new Request("application/pkix-crl", null, null, most);
    }
  }

  /** Where an answer's body goes; opened when it comes. */
  interface Sink {
    OutputStream open() throws IOException;
  }

  /**
   * @param to is left in whatever state after a failure
   */
  void fetch(String url, Request request, Sink to) throws FetchException, InterruptedException {
    Deadline deadline = Deadline.in(settings.fetchTimeout());
    if (!all.tryAcquire(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
      throw new FetchException(Kind.BUSY, "too many lists are being fetched");
    }
    try {
      URI at = target(url);
      for (int i = 0; i <= settings.maxRedirects(); i++) {
        Optional<String> location = fetchOnce(at, request, to, deadline);
        if (location.isEmpty()) {
          return;
        }
        at = redirected(at, location.get());
      }
      throw new FetchException(Kind.HTTP, "more than " + settings.maxRedirects() + " redirects");
    } finally {
      all.release();
    }
  }

  private static URI redirected(URI from, String location) throws FetchException {
    try {
      return target(from.resolve(location).toString());
    } catch (IllegalArgumentException e) {
      throw new FetchException(Kind.HTTP, "a redirect to what is no URL");
    }
  }

  private static URI target(String url) throws FetchException {
    try {
      URI uri = URI.create(url);
      boolean http = "http".equalsIgnoreCase(uri.getScheme());
      if (!http
          || uri.getPort() > MAX_PORT
          || uri.getHost() == null
          || uri.getRawUserInfo() != null
          || !isAscii(url)) {
        throw new FetchException(Kind.REFUSED, "only plain http URLs are followed");
      }
      return uri;
    } catch (IllegalArgumentException e) {
      throw new FetchException(Kind.REFUSED, "what should be a URL is none");
    }
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c > 0x20 && c < 0x7f);
  }

  private Optional<String> fetchOnce(URI at, Request request, Sink to, Deadline deadline)
      throws FetchException, InterruptedException {
    int port = at.getPort() < 0 ? HTTP_PORT : at.getPort();
    String host = at.getHost().toLowerCase(Locale.ROOT) + ":" + port;
    enter(host);
    try {
      InetAddress[] addresses =
          resolver.resolve(
              literalOrName(at.getHost()), deadline.leftAtMost(settings.connectTimeout()));
      if (!settings.allowPrivateTargets() && !PublicAddress.all(addresses)) {
        throw new FetchException(
            Kind.REFUSED,
            "the host's address is not public (see postern.revocation.allow-private-targets)");
      }
      try (Socket socket = connect(addresses, port, deadline)) {
        return exchange(socket, new Sent(at, host, request), to, deadline);
      }
    } catch (SocketTimeoutException e) {
      throw timeout();
    } catch (IOException e) {
      throw new FetchException(Kind.UNREACHABLE, "the connection failed: " + e.getMessage());
    } finally {
      perHost.computeIfPresent(host, (_, count) -> count == 1 ? null : count - 1);
    }
  }

  private void enter(String host) throws FetchException {
    if (perHost.merge(host, 1, Integer::sum) > settings.concurrentFetchesPerHost()) {
      perHost.computeIfPresent(host, (_, count) -> count == 1 ? null : count - 1);
      throw new FetchException(Kind.BUSY, "too many lists are being fetched from this host");
    }
  }

  private static String literalOrName(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  // The first address that answers, each with its own time.
  private Socket connect(InetAddress[] addresses, int port, Deadline deadline)
      throws FetchException, IOException {
    IOException last = new IOException("the host has no address");
    for (InetAddress address : addresses) {
      Socket socket = new Socket();
      try {
        int millis = (int) deadline.leftAtMost(settings.connectTimeout()).toMillis();
        socket.connect(new InetSocketAddress(address, port), Math.max(1, millis));
        return socket;
      } catch (IOException e) {
        socket.close();
        last = e;
      } catch (FetchException e) {
        socket.close();
        throw e;
      }
    }
    throw last;
  }

  /** A request to one target. */
  private record Sent(URI at, String host, Request request) {}

  private Optional<String> exchange(Socket socket, Sent sent, Sink to, Deadline deadline)
      throws FetchException, IOException {
    socket.getOutputStream().write(bytes(sent));
    InputStream in = new BufferedInputStream(new TimedInput(socket, deadline), BUFFER);
    HttpResponse response = HttpResponse.read(in);
    if (response.redirect()) {
      return Optional.of(response.location());
    }
    if (response.status() != 200) {
      throw new FetchException(Kind.HTTP, "the server answered " + response.status());
    }
    try (OutputStream out = to.open()) {
      response.copyBody(in, out, sent.request().most());
    }
    return Optional.empty();
  }

  private static byte[] bytes(Sent sent) {
    URI at = sent.at();
    Request request = sent.request();
    byte[] body = request.body();
    String path = at.getRawPath() == null || at.getRawPath().isEmpty() ? "/" : at.getRawPath();
    String query = at.getRawQuery() == null ? "" : "?" + at.getRawQuery();
    String host = sent.host();
    String named = host.endsWith(":80") ? host.substring(0, host.length() - 3) : host;
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    String head =
        (body == null ? "GET " : "POST ")
            + path
            + query
            + " HTTP/1.1\r\nHost: "
            + named
            + "\r\nUser-Agent: Postern\r\nAccept: "
            + request.accept()
            + ", */*\r\nAccept-Encoding: identity\r\nConnection: close\r\n"
            + (body == null
                ? ""
                : "Content-Type: "
                    + request.contentType()
                    + "\r\nContent-Length: "
                    + body.length
                    + "\r\n")
            + "\r\n";
    all.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
    if (body != null) {
      all.writeBytes(body);
    }
    return all.toByteArray();
  }

  /** Each read has what is left of the whole time: a server that drips does not gain any. */
  private static final class TimedInput extends InputStream {
    private final Socket socket;
    private final InputStream in;
    private final Deadline deadline;

    TimedInput(Socket socket, Deadline deadline) throws IOException {
      this.socket = socket;
      this.in = socket.getInputStream();
      this.deadline = deadline;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        socket.setSoTimeout((int) Math.max(1, deadline.left().toMillis()));
      } catch (FetchException e) {
        throw new SocketTimeoutException(e.getMessage());
      }
      return in.read(bytes, offset, length);
    }
  }

  private static FetchException timeout() {
    return new FetchException(Kind.TIMEOUT, "the server did not answer in time");
  }

  @Override
  public void close() {
    resolver.close();
  }
}
