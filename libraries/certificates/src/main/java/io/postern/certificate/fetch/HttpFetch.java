package io.postern.certificate.fetch;

import io.postern.certificate.fetch.FetchException.Kind;
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
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 client for one object at a time (RFC 9112). The URL comes out of a certificate that
 * anyone may present, or has the name of a domain that anyone may register, so this is the most
 * exposed part of the service: http only, or https only, redirects included, so that a certificate
 * cannot have us do TLS; the name is resolved here and the connection goes to the very address that
 * was checked, so that a name cannot be public when it is checked and private when it is used;
 * redirects count and are checked alike; time, size, header and concurrency are bounded. The JDK's
 * HTTP client resolves by itself, hence an own one.
 *
 * <p>With a proxy, every request goes to the proxy, by CONNECT where it is https, and the proxy
 * resolves the names: here only a URL that itself names an address that is not public is refused,
 * and the proxy must refuse the rest.
 *
 * <p>Any thread; blocks at most twice the fetch time-out: as long for its turns as for the fetch;
 * by https also for the end of a {@link ServerCheck} that had begun. Turns and look-ups of names
 * are each instance's own: what one waits for takes none of another's.
 */
public final class HttpFetch implements AutoCloseable {
  private static final int BUFFER = 16 * 1024;
  private static final int PROXY_AUTHENTICATION = 407;

  private final FetchSettings settings;
  private final TcpConnector connector;
  private final @Nullable HttpProxy proxy;
  private final HttpTurns turns;
  private final @Nullable ServerCheck servers;

  /**
   * @throws IllegalArgumentException when the proxy in the settings is none, with the cure
   */
  public HttpFetch(FetchSettings settings) {
    this(settings, new Resolver(), null);
  }

  /**
   * For https URLs alone.
   *
   * @throws IllegalArgumentException as above
   */
  public static HttpFetch overTls(FetchSettings settings, ServerCheck servers) {
    return new HttpFetch(settings, new Resolver(), servers);
  }

  /**
   * For a check of one certificate, whose names may all be of one domain: a slow name server must
   * not look like too many look-ups. So domains have no share; the bound of all look-ups holds.
   *
   * @throws IllegalArgumentException as above
   */
  public static HttpFetch ofOneCheck(FetchSettings settings) {
    return new HttpFetch(settings, Resolver.withoutShares(), null);
  }

  HttpFetch(FetchSettings settings, Resolver resolver, @Nullable ServerCheck servers) {
    this.settings = settings;
    this.servers = servers;
    this.proxy = settings.httpProxy().map(HttpProxy::of).orElse(null);
    this.connector = new TcpConnector(settings.connectTimeout(), resolver);
    this.turns = new HttpTurns(settings.concurrentFetches(), settings.concurrentFetchesPerHost());
  }

  /**
   * A request.
   *
   * @param body of a POST; null: a GET
   * @param most bytes of the answer's body
   * @param acceptsOther an answer of another media type is taken too
   */
  public record Request(
      String accept,
      @Nullable String contentType,
      byte @Nullable [] body,
      long most,
      boolean acceptsOther) {
    /** Authorities name media types as they like. */
    public Request(String accept, @Nullable String contentType, byte @Nullable [] body, long most) {
      this(accept, contentType, body, most, true);
    }

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
    HttpTarget at = HttpTarget.of(url, servers != null);
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
        Kind.HTTP,
        settings.maxRedirects() == 0
            ? "the server redirects (" + status + "), which is not followed"
            : "more than " + settings.maxRedirects() + " redirects",
        status);
  }

  private Optional<HttpResponse> fetchOnce(
      HttpTarget at, Request request, Sink to, FetchInProgress progress)
      throws FetchException, InterruptedException {
    try (Shares.Turn turn = progress.turn(turns, at);
        Socket socket = connect(at, progress)) {
      return servers == null
          ? exchange(socket, progress.deadline.bounding(socket), at, request, to)
          : exchangeOverTls(servers, socket, at, request, to, progress.deadline);
    } catch (SocketTimeoutException e) {
      throw FetchException.late();
    } catch (SinkFailedException e) {
      throw e.full()
          ? HttpResponse.tooLarge()
          : new FetchException(Kind.NOT_STORED, "the content could not be stored");
    } catch (IOException e) {
      throw new FetchException(Kind.DISCONNECTED, "the connection was lost: " + e.getMessage());
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
      throw ofProxy(e.kind(), e.getMessage());
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

  private Optional<HttpResponse> exchangeOverTls(
      ServerCheck check, Socket socket, HttpTarget at, Request request, Sink to, Deadline deadline)
      throws FetchException, IOException, InterruptedException {
    try (Deadline.Watch watch = deadline.watching(socket)) {
      try {
        if (proxy != null) {
          tunnel(socket, at, deadline);
        }
        try (SSLSocket tls = TlsClient.on(socket, at.host())) {
          tls.startHandshake();
          check.check(at.host(), TlsClient.Shown.on(tls));
          return exchange(tls, tls.getInputStream(), at, request, to);
        }
      } catch (IOException e) {
        if (watch.late()) {
          throw FetchException.late();
        }
        if (e instanceof SSLException) {
          throw new FetchException(Kind.TLS, "no TLS with the server: " + e.getMessage());
        }
        throw e;
      }
    }
  }

  // RFC 9110 §9.3.6
  private void tunnel(Socket socket, HttpTarget at, Deadline deadline)
      throws FetchException, IOException {
    String head =
        "CONNECT %1$s HTTP/1.1\r\nHost: %1$s\r\nUser-Agent: Postern\r\n\r\n"
            .formatted(at.authority());
    int status;
    try {
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      // Without a buffer: what follows the head is TLS.
      status = HttpResponse.read(deadline.bounding(socket)).status();
    } catch (FetchException e) {
      throw ofProxy(e.kind(), e.getMessage());
    } catch (SocketTimeoutException e) {
      throw e; // it may be the server that the proxy waits for
    } catch (IOException e) {
      throw ofProxy(Kind.DISCONNECTED, "the connection was lost: " + e.getMessage());
    }
    if (status / 100 != 2) {
      FetchException refused = new FetchException(Kind.HTTP, refusedByProxy(status), status);
      throw status == PROXY_AUTHENTICATION ? refused.asOurs() : refused;
    }
  }

  private static FetchException ofProxy(Kind kind, @Nullable String failure) {
    return new FetchException(kind, "the proxy (postern.revocation.http-proxy): " + failure)
        .asOurs();
  }

  /** The response where it is a redirect; else its body has been copied. */
  private Optional<HttpResponse> exchange(
      Socket socket, InputStream answer, HttpTarget at, Request request, Sink to)
      throws FetchException, IOException {
    socket.getOutputStream().write(bytes(at, request));
    InputStream in = new BufferedInputStream(answer, BUFFER);
    HttpResponse response = HttpResponse.read(in);
    if (response.redirect()) {
      return Optional.of(response);
    }
    if (response.status() != 200) {
      throw new FetchException(Kind.HTTP, refused(response.status()), response.status());
    }
    if (!request.acceptsOther() && !response.isOf(request.accept())) {
      throw new FetchException(Kind.GARBAGE, "the answer's media type is not " + request.accept());
    }
    try (OutputStream out = new SinkOutput(to)) {
      response.copyBody(in, out, request.most());
    }
    return Optional.empty();
  }

  private String refused(int status) {
    return proxy == null || servers != null
        ? "the server returned " + status
        : refusedByProxy(status);
  }

  private static String refusedByProxy(int status) {
    return status == PROXY_AUTHENTICATION
        ? "the proxy requires a user and a password (407), which Postern does not support"
        : "the proxy, or the server, returned " + status;
  }

  private byte[] bytes(HttpTarget at, Request request) {
    byte[] body = request.body();
    String content =
        body == null
            ? ""
            : "Content-Type: %s\r\nContent-Length: %s\r\n"
                .formatted(request.contentType(), body.length);
    String head =
        ("%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: Postern\r\nAccept: %s\r\n"
                + "Accept-Encoding: identity\r\nConnection: close\r\n%s\r\n")
            .formatted(
                body == null ? "GET" : "POST",
                proxy == null || at.tls() ? at.origin() : at.absolute(),
                at.named(),
                request.accept() + (request.acceptsOther() ? ", */*" : ""),
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
