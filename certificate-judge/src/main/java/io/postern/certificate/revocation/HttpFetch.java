package io.postern.certificate.revocation;

import io.postern.certificate.revocation.FetchException.Kind;
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
 * Fetches one object by HTTP/1.1 (RFC 9112). The URL comes out of a certificate that anyone may
 * present, so this is the most exposed part of the service: http only; the name is resolved here
 * and the connection goes to the very address that was checked, so that a name cannot be public
 * when it is checked and private when it is used; redirects count and are checked alike; time,
 * size, header and concurrency are bounded. The JDK's HTTP client resolves by itself, hence an own
 * one.
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
  private final Connector connector;
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
    this.connector = new Connector(settings.connectTimeout(), resolver);
    this.turns = new HttpTurns(settings.concurrentFetches(), settings.concurrentFetchesPerHost());
  }

  /**
   * What is asked for.
   *
   * @param body of a POST; null: a GET
   * @param most bytes of the answer's body
   */
  public record Request(
      String accept, @Nullable String contentType, byte @Nullable [] body, long most) {
    static Request list(long most) {
      return new Request("application/pkix-crl", null, null, most);
    }
  }

  /** Where an answer's body goes; opened when it comes. */
  public interface Sink {
    OutputStream open() throws IOException;
  }

  /** A sink takes no more: the fetch ends as too large. */
  static final class Full extends IOException {
    private static final long serialVersionUID = 1;
  }

  /** One fetch: its time, to which waiting for turns does not count, and its way. One thread. */
  private static final class Going {
    final long began = System.nanoTime();
    final List<Way.Hop> hops = new ArrayList<>();
    Deadline deadline;
    private Duration patience;

    Going(Duration time) {
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

    Way way() {
      return new Way(hops, Duration.ofNanos(System.nanoTime() - began));
    }
  }

  /**
   * @param to is left in whatever state after a failure
   * @throws FetchException with the way as far as it came
   */
  public Way fetch(String url, Request request, Sink to)
      throws FetchException, InterruptedException {
    Going going = new Going(settings.fetchTimeout());
    try {
      fetch(url, request, to, going);
      return going.way();
    } catch (FetchException e) {
      throw e.after(going.way());
    }
  }

  private void fetch(String url, Request request, Sink to, Going going)
      throws FetchException, InterruptedException {
    HttpTarget at = HttpTarget.of(url);
    int status = 0;
    for (int i = 0; i <= settings.maxRedirects(); i++) {
      Optional<HttpResponse> redirect = fetchOnce(at, request, to, going);
      if (redirect.isEmpty()) {
        return;
      }
      status = redirect.get().status();
      at = at.redirected(redirect.get().location(), status);
    }
    throw new FetchException(
        Kind.HTTP, "more than " + settings.maxRedirects() + " redirects", status);
  }

  private Optional<HttpResponse> fetchOnce(HttpTarget at, Request request, Sink to, Going going)
      throws FetchException, InterruptedException {
    try (Shares.Turn turn = going.turn(turns, at);
        Socket socket = connect(at, going)) {
      return exchange(socket, at, request, to, going.deadline);
    } catch (SocketTimeoutException e) {
      throw new FetchException(Kind.TIMEOUT, "the server did not answer in time");
    } catch (Unkept e) {
      throw e.full()
          ? HttpResponse.tooLarge()
          : new FetchException(Kind.NOT_STORED, "what came could not be stored");
    } catch (IOException e) {
      throw new FetchException(Kind.DISCONNECTED, "the connection broke: " + e.getMessage());
    }
  }

  private Socket connect(HttpTarget at, Going going) throws FetchException, InterruptedException {
    if (proxy == null) {
      List<InetAddress> addresses = resolve(at.host(), at.port(), false, going);
      if (!settings.allowPrivateTargets() && !PublicAddress.all(addresses)) {
        throw blocked();
      }
      return connector.connect(addresses, at.port(), going.deadline);
    }
    if (!settings.allowPrivateTargets() && at.saysPrivate()) {
      throw blocked();
    }
    try {
      List<InetAddress> addresses = resolve(proxy.host(), proxy.port(), true, going);
      return connector.connect(addresses, proxy.port(), going.deadline);
    } catch (FetchException e) {
      throw new FetchException(
              e.kind(), "the proxy (postern.revocation.http-proxy): " + e.getMessage())
          .asOurs();
    }
  }

  private List<InetAddress> resolve(String host, int port, boolean isProxy, Going going)
      throws FetchException, InterruptedException {
    List<InetAddress> addresses = List.of();
    try {
      Connector.Resolved resolved = connector.resolve(host, going.deadline);
      going.waited(resolved.waited());
      addresses = resolved.addresses();
      return addresses;
    } finally {
      going.hops.add(new Way.Hop(host, port, addresses, isProxy));
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
    try (OutputStream out = new Keeping(to)) {
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
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    String head =
        (body == null ? "GET " : "POST ")
            + (proxy == null ? at.origin() : at.absolute())
            + " HTTP/1.1\r\nHost: "
            + at.named()
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

  /** The sink, not the connection, has failed. */
  private static final class Unkept extends IOException {
    private static final long serialVersionUID = 1;

    Unkept(IOException cause) {
      super(cause);
    }

    boolean full() {
      return getCause() instanceof Full;
    }
  }

  private static final class Keeping extends FilterOutputStream {
    Keeping(Sink to) throws Unkept {
      super(open(to));
    }

    private static OutputStream open(Sink to) throws Unkept {
      try {
        return to.open();
      } catch (IOException e) {
        throw new Unkept(e);
      }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        throw new Unkept(e);
      }
    }

    @Override
    public void close() throws IOException {
      try {
        super.close();
      } catch (IOException e) {
        throw new Unkept(e);
      }
    }
  }

  @Override
  public void close() {
    connector.close();
  }
}
