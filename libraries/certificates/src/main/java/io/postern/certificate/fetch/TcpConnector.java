package io.postern.certificate.fetch;

import io.postern.certificate.fetch.FetchException.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A TCP client that resolves a name, connects to one of its addresses, and reports how that failed.
 * The caller checks the addresses between the two, so that a name cannot be public when it is
 * checked and private when it is used. Any thread; blocks at most for the given time.
 */
public final class TcpConnector implements AutoCloseable {
  private final Resolver resolver;
  private final Duration each;

  /**
   * @param each time to resolve a name, and to connect to one address
   */
  public TcpConnector(Duration each) {
    this(each, new Resolver());
  }

  TcpConnector(Duration each, Resolver resolver) {
    this.each = each;
    this.resolver = resolver;
  }

  /**
   * A name's addresses.
   *
   * @param waited in a queue, not counted against the host
   */
  public record Resolution(List<InetAddress> addresses, Duration waited) {}

  /**
   * @param host a name or an address, IPv6 with or without brackets
   * @throws FetchException UNRESOLVED, TIMEOUT; BUSY: it was not its turn before the deadline
   */
  public Resolution resolve(String host, Deadline deadline)
      throws FetchException, InterruptedException {
    String bare =
        host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    InetAddress literal = literal(bare);
    return literal == null
        ? resolver.resolve(bare, deadline.left(), deadline.leftAtMost(each))
        : new Resolution(List.of(literal), Duration.ZERO);
  }

  private static @Nullable InetAddress literal(String host) {
    try {
      return InetAddress.ofLiteral(host);
    } catch (IllegalArgumentException e) {
      return null; // a name
    }
  }

  /**
   * The first address that answers, each with its own time. Where none does, the failure of the
   * first address that says more than "no route".
   *
   * @throws FetchException REFUSED, SILENT, UNREACHABLE
   */
  public Socket connect(List<InetAddress> addresses, int port, Deadline deadline)
      throws FetchException {
    FetchException failure = null;
    for (InetAddress address : addresses) {
      Socket socket = new Socket();
      try {
        int millis = (int) Math.max(1, deadline.leftAtMost(each).toMillis());
        socket.connect(new InetSocketAddress(address, port), millis);
        return socket;
      } catch (SocketTimeoutException e) {
        failure = better(failure, silent());
      } catch (FetchException e) {
        failure = better(failure, silent()); // the time ended while others were tried
      } catch (ConnectException e) {
        failure = better(failure, refused(e) ? refusal() : noWay(e));
      } catch (IOException e) {
        failure = better(failure, noWay(e));
      }
      close(socket);
    }
    throw failure == null
        ? new FetchException(Kind.UNRESOLVED, "the host has no address")
        : failure;
  }

  private static FetchException better(@Nullable FetchException one, FetchException other) {
    return one == null || one.kind() == Kind.UNREACHABLE ? other : one;
  }

  // The JDK has one exception for ECONNREFUSED, ENETUNREACH and ETIMEDOUT.
  private static boolean refused(ConnectException e) {
    return e.getMessage() != null && e.getMessage().contains("refused");
  }

  private static FetchException silent() {
    return new FetchException(Kind.SILENT, "the connection attempt had no response");
  }

  private static FetchException refusal() {
    return new FetchException(Kind.REFUSED, "the connection was refused");
  }

  private static FetchException noWay(IOException e) {
    return new FetchException(Kind.UNREACHABLE, "no connection: " + e.getMessage());
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It was never connected: there is nothing to lose.
    }
  }

  @Override
  public void close() {
    resolver.close();
  }
}
