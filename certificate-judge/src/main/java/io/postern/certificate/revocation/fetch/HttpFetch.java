package io.postern.certificate.revocation.fetch;

import io.postern.certificate.revocation.fetch.FetchException.Kind;
import io.postern.contracts.PublicAddress;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 client for one object at a time (RFC 9112). The URL comes out of a certificate that
 * anyone may present, so this is the most exposed part of the service: http only; the name is
 * resolved here and the connection goes to the very address that was checked, so that a name cannot
 * be public when it is checked and private when it is used; redirects count and are checked alike;
 * time, size, header and concurrency are bounded. The JDK's HTTP client resolves by itself, hence
 * an own one.
 *
 * <p>With a proxy, every request goes to the proxy, which resolves the names: here only a URL that
 * itself names an address that is not public is refused, and the proxy must refuse the rest.
 *
 * <p>Any thread; blocks at most twice the fetch time-out: as long for its turns as for the fetch.
 */
public final class HttpFetch implements AutoCloseable {
  private static final int BUFFER = 16 * 1024;
  private static final int PROXY_AUTHENTICATION = 407;

  private final FetchSettings settings;
  private final TcpConnector connector;
  private final @Nullable HttpProxy proxy;
  private final HttpTurns turns;

  /**
   * @throws IllegalArgumentException when the proxy in the settings is none, with the cure
   */
  public HttpFetch(FetchSettings settings) {
    this(settings, new Resolver());
  }

  /**
   * For a check of one certificate, whose names may all be of one domain: a slow name server must
   * not look like too many look-ups. So domains have no share; the bound of all look-ups holds.
   *
   * @throws IllegalArgumentException as above
   */
  public static HttpFetch ofOneCheck(FetchSettings settings) {
    return new HttpFetch(settings, Resolver.withoutShares());
  }

  private HttpFetch(FetchSettings settings, Resolver resolver) {
    this.settings = settings;
    this.proxy = settings.httpProxy().map(HttpProxy::of).orElse(null);
    this.connector = new TcpConnector(settings.connectTimeout(), resolver);
    this.turns = new HttpTurns(settings.concurrentFetches(), settings.concurrentFetchesPerHost());
  }

  /**
   * A request.
   *
   * @param body of a POST; null: a GET
   * @param most bytes of the answer's body
   */
  public record Request(
      String accept, @Nullable String contentType, byte @Nullable [] body, long most) {
    public static Request list(long most) {
      return new Request("application/pkix-crl", null, null, most);
    }
  }

  /** Where an answer's body goes; opened when it comes. */
  public interface Sink {
    OutputStream open() throws IOException;
  }

  /** A sink takes no more: the fetch ends as too large. */
  public static final class SinkFullException extends IOException {
    private static final long serialVersionUID = 1;
  }

  /**
   * One fetch in progress: its deadline, extended by the time spent in queues, and the hosts asked.
   * One thread.
   */
  private static final class FetchInProgress {
    final long began = System.nanoTime();
    final List<FetchTrace.Hop> hops = new ArrayList<>();
    Deadline deadline;
    private Duration patience;

    FetchInProgress(Duration time) {
      this.deadline = Deadline.in(time);
      this.patience = time;
    }

    Shares.Turn turn(HttpTurns turns, HttpTarget at) throws FetchException, InterruptedException {
      long since = System.nanoTime();
      Shares.Turn turn = turns.take(at.host(), at.port(), patience);
      waited(Duration.ofNanos(System.nanoTime() - since));
      return turn;
    }

    void waited(Duration time) {
      patience = patience.minus(time);
      deadline = deadline.later(time);
    }

    FetchTrace trace() {
      return new FetchTrace(hops, Duration.ofNanos(System.nanoTime() - began));
    }
  }

  /**
   * @param to the state of its content after a failure is undefined
   * @throws FetchException with the trace as far as the fetch came
   */
  public FetchTrace fetch(String url, Request request, Sink to)
      throws FetchException, InterruptedException {
    FetchInProgress progress = new FetchInProgress(settings.fetchTimeout());
    try {
      fetch(url, request, to, progress);
      return progress.trace();
    } catch (FetchException e) {
      throw e.after(progress.trace());
    }
  }

  private void fetch(String url, Request request, Sink to, FetchInProgress progress)
      throws FetchException, InterruptedException {
    HttpTarget at = HttpTarget.of(url);
    int status = 0;
    for (int i = 0; i <= settings.maxRedirects(); i++) {
      Optional<HttpResponse> redirect = fetchOnce(at, request, to, progress);
      if (redirect.isEmpty()) {
        return;
      }
      status = redirect.get().status();
      at = at.redirected(redirect.get().location(), status);
    }
    throw new FetchException(
        Kind.HTTP, "more than " + settings.maxRedirects() + " redirects", status);
  }

  private Optional<HttpResponse> fetchOnce(
      HttpTarget at, Request request, Sink to, FetchInProgress progress)
      throws FetchException, InterruptedException {
    try (Shares.Turn turn = progress.turn(turns, at);
        Socket socket = connect(at, progress)) {
      return exchange(socket, at, request, to, progress.deadline);
    } catch (SocketTimeoutException e) {
      throw new FetchException(Kind.TIMEOUT, "the server did not answer in time");
    } catch (SinkFailedException e) {
      throw e.full()
          ? HttpResponse.tooLarge()
          : new FetchException(Kind.NOT_STORED, "the content could not be stored");
    } catch (IOException e) {
      throw new FetchException(Kind.DISCONNECTED, "the connection broke: " + e.getMessage());
    }
  }

  private Socket connect(HttpTarget at, FetchInProgress progress)
      throws FetchException, InterruptedException {
    if (proxy == null) {
      List<InetAddress> addresses = resolve(at.host(), at.port(), false, progress);
      if (!settings.allowPrivateTargets() && !PublicAddress.all(addresses)) {
        throw blocked();
      }
      return connector.connect(addresses, at.port(), progress.deadline);
    }
    if (!settings.allowPrivateTargets() && at.saysPrivate()) {
      throw blocked();
    }
    try {
      List<InetAddress> addresses = resolve(proxy.host(), proxy.port(), true, progress);
      return connector.connect(addresses, proxy.port(), progress.deadline);
    } catch (FetchException e) {
      throw new FetchException(
              e.kind(), "the proxy (postern.revocation.http-proxy): " + e.getMessage())
          .asOurs();
    }
  }

  private List<InetAddress> resolve(
      String host, int port, boolean isProxy, FetchInProgress progress)
      throws FetchException, InterruptedException {
    List<InetAddress> addresses = List.of();
    try {
      TcpConnector.Resolution resolved = connector.resolve(host, progress.deadline);
      progress.waited(resolved.waited());
      addresses = resolved.addresses();
      return addresses;
    } finally {
      progress.hops.add(new FetchTrace.Hop(host, port, addresses, isProxy));
    }
  }

  private static FetchException blocked() {
    return new FetchException(
        Kind.BLOCKED_ADDRESS,
        "the host's address is not public (see postern.revocation.allow-private-targets)");
  }

  /** The response where it is a redirect; else its body has been copied. */
  private Optional<HttpResponse> exchange(
      Socket socket, HttpTarget at, Request request, Sink to, Deadline deadline)
      throws FetchException, IOException {
    socket.getOutputStream().write(bytes(at, request));
    InputStream in = new BufferedInputStream(deadline.bounding(socket), BUFFER);
    HttpResponse response = HttpResponse.read(in);
    if (response.redirect()) {
      return Optional.of(response);
    }
    if (response.status() != 200) {
      throw new FetchException(Kind.HTTP, refused(response.status()), response.status());
    }
    try (OutputStream out = new SinkOutput(to)) {
      response.copyBody(in, out, request.most());
    }
    return Optional.empty();
  }

  private String refused(int status) {
    if (proxy == null) {
      return "the server answered " + status;
    }
    return status == PROXY_AUTHENTICATION
        ? "the proxy wants a user and a password (407), which Postern has not"
        : "the proxy, or the server behind it, answered " + status;
  }

  private byte[] bytes(HttpTarget at, Request request) {
    byte[] body = request.body();
    String content =
        body == null
            ? ""
            : "Content-Type: %s\r\nContent-Length: %s\r\n"
                .formatted(request.contentType(), body.length);
    String head =
        ("%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: Postern\r\nAccept: %s, */*\r\n"
                + "Accept-Encoding: identity\r\nConnection: close\r\n%s\r\n")
            .formatted(
                body == null ? "GET" : "POST",
                proxy == null ? at.origin() : at.absolute(),
                at.named(),
                request.accept(),
                content);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
    if (body != null) {
      all.writeBytes(body);
    }
    return all.toByteArray();
  }

  /** The sink, not the connection, has failed. */
  private static final class SinkFailedException extends IOException {
    private static final long serialVersionUID = 1;

    SinkFailedException(IOException cause) {
      super(cause);
    }

    boolean full() {
      return getCause() instanceof SinkFullException;
    }
  }

  private static final class SinkOutput extends FilterOutputStream {
    SinkOutput(Sink to) throws SinkFailedException {
      super(open(to));
    }

    private static OutputStream open(Sink to) throws SinkFailedException {
      try {
        return to.open();
      } catch (IOException e) {
        throw new SinkFailedException(e);
      }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        throw new SinkFailedException(e);
      }
    }

    @Override
    public void close() throws IOException {
      try {
        super.close();
      } catch (IOException e) {
        throw new SinkFailedException(e);
      }
    }
  }

  @Override
  public void close() {
    connector.close();
  }
}
