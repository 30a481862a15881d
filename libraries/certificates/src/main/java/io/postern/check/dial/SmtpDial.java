package io.postern.check.dial;

import io.postern.certificate.Printable;
import io.postern.certificate.fetch.Deadline;
import io.postern.certificate.fetch.FetchException;
import io.postern.certificate.fetch.TcpConnector;
import io.postern.check.report.Connection;
import io.postern.check.report.Connection.Status;
import io.postern.contracts.PublicAddress;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client that goes as far as a mail server's certificates: connect, greeting, EHLO, STARTTLS,
 * handshake (RFC 5321, RFC 3207). Sends nothing of a mail and believes nothing: the server's
 * identity is judged afterwards.
 *
 * <p>Any thread; blocks at most {@code patience} in all, with any server. A reply is bounded as
 * {@link io.postern.smtp.ReplyParser} says, a handshake by the JDK.
 */
public final class SmtpDial implements AutoCloseable {
  private static final int MAX_REASON = 300;

  private final TcpConnector connector;
  private final Duration patience;
  private final boolean privateToo;

  /**
   * @param privateToo dial addresses that are not public
   */
  public SmtpDial(Duration patience, boolean privateToo) {
    this.connector = new TcpConnector(patience.dividedBy(4));
    this.patience = patience;
    this.privateToo = privateToo;
  }

  /** One dial, as far as it came; one thread. */
  private final class Call {
    private final String host;
    private final int port;
    private final Deadline deadline = Deadline.in(patience);
    private final long began = System.nanoTime();
    private List<InetAddress> addresses = List.of();

    Call(String host, int port) {
      this.host = host;
      this.port = port;
    }

    DialResult dial() throws InterruptedException {
      try {
        return ask();
      } catch (DialFailedException e) {
        return nothing(e.status(), String.valueOf(e.getMessage()), e.reply());
      } catch (FetchException e) {
        return nothing(status(e), String.valueOf(e.getMessage()), "");
      } catch (SocketTimeoutException e) {
        return nothing(Status.TIMED_OUT, "the server did not respond in time", "");
      } catch (EOFException e) {
        return nothing(Status.DISCONNECTED, "the server closed the connection", "");
      } catch (IOException e) {
        return nothing(Status.DISCONNECTED, "the connection was lost: " + e.getMessage(), "");
      }
    }

    private DialResult ask()
        throws DialFailedException, FetchException, IOException, InterruptedException {
      addresses = connector.resolve(host, deadline).addresses();
      if (!privateToo && !PublicAddress.all(addresses)) {
        throw new DialFailedException(Status.BLOCKED_ADDRESS, "the host's address is not public");
      }
      try (Socket socket = connector.connect(addresses, port, deadline)) {
        new SmtpHello(socket, deadline).toStartTls();
        Handshake.Shown shown = Handshake.on(socket, host, deadline);
        return new DialResult(connection(Status.OK, "", "", shown), shown.chain(), shown.stapled());
      }
    }

    private DialResult nothing(Status status, String reason, String reply) {
      return new DialResult(connection(status, reason, reply, null), List.of(), new byte[0]);
    }

    private Connection connection(
        Status status, String reason, String reply, Handshake.@Nullable Shown shown) {
      List<String> shownAddresses = new ArrayList<>();
      addresses.forEach(address -> shownAddresses.add(address.getHostAddress()));
      return new Connection(
          host,
          port,
          shownAddresses,
          status,
          Printable.cut(reason, MAX_REASON),
          Printable.cut(reply, MAX_REASON),
          shown == null ? "" : shown.protocol(),
          shown == null ? "" : shown.cipherSuite(),
          shown != null && shown.stapled().length > 0,
          Duration.ofNanos(System.nanoTime() - began).toMillis());
    }
  }

  public DialResult dial(String host, int port) throws InterruptedException {
    return new Call(host, port).dial();
  }

  private static Status status(FetchException e) {
    return switch (e.kind()) {
      case UNRESOLVED -> Status.DNS_FAILURE;
      case REFUSED -> Status.REFUSED;
      case SILENT -> Status.SILENT;
      case UNREACHABLE -> Status.UNREACHABLE;
      case TIMEOUT, BUSY -> Status.TIMED_OUT;
      case BLOCKED_ADDRESS -> Status.BLOCKED_ADDRESS;
      case DISCONNECTED,
          NOT_FOLLOWED,
          HTTP,
          TOO_LARGE,
          NOT_STORED,
          GARBAGE,
          REFUSAL,
          WRONG_SIGNER,
          STALE,
          TLS,
          UNTRUSTED ->
          Status.DISCONNECTED;
    };
  }

  @Override
  public void close() {
    connector.close();
  }
}
