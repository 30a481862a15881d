package io.postern.delivery.session;

import io.postern.contracts.Reasons;
import io.postern.contracts.v1.TlsFacts;
import io.postern.smtp.Reply;
import io.postern.smtp.ReplyParser;
import io.postern.smtp.SmtpSyntaxException;
import io.postern.transport.CertificateRequest;
import io.postern.transport.LineTooLongException;
import io.postern.transport.SmtpConnection;
import io.postern.transport.TlsHandshakeException;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The dialogue over one connection: commands out, replies in (RFC 5321 §4.2). Every step has a
 * time-out; whatever ends the session is a {@link DialogueException}, a 421 too (RFC 5321 §3.8).
 * Owner: the delivery's thread.
 */
public final class Dialogue {
  private final SmtpConnection connection;
  private final ReplyParser parser = new ReplyParser();

  public Dialogue(SmtpConnection connection) {
    this.connection = connection;
  }

  /** Sends a command and reads its reply. */
  public Reply command(Stage stage, String line, Duration patience) throws DialogueException {
    send(stage, line, patience);
    flush(stage, patience);
    return reply(stage, patience);
  }

  /** Puts a command into the output. */
  public void send(Stage stage, String line, Duration patience) throws DialogueException {
    try {
      connection.writeTimeout(patience);
      connection.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw ended(stage, e);
    }
  }

  /** Puts content into the output; the peer must take it in time. */
  public void write(Stage stage, ByteBuffer bytes, Duration patience) throws DialogueException {
    try {
      connection.writeTimeout(patience);
      connection.write(bytes);
    } catch (IOException e) {
      throw ended(stage, e);
    }
  }

  public void flush(Stage stage, Duration patience) throws DialogueException {
    try {
      connection.writeTimeout(patience);
      connection.flush();
    } catch (IOException e) {
      throw ended(stage, e);
    }
  }

  /** Reads one reply, all its lines within {@code patience}. */
  public Reply reply(Stage stage, Duration patience) throws DialogueException {
    try {
      long deadline = System.nanoTime() + patience.toNanos();
      Reply reply;
      do {
        connection.readTimeout(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
        reply = parser.line(connection.readLine(ReplyParser.MAX_LINE));
      } while (reply == null);
      if (reply.code() == 421) {
        throw new DialogueException(
            Reasons.REMOTE_4XX, stage, reply, "the host ended the session: " + reply);
      }
      return reply;
    } catch (SmtpSyntaxException e) {
      throw new DialogueException(
          Reasons.DISCONNECTED, stage, null, "the host's reply is not SMTP: " + e.getMessage());
    } catch (IOException e) {
      throw ended(stage, e);
    }
  }

  /**
   * The handshake after 220 to STARTTLS; plaintext behind that reply is thrown away (RFC 3207
   * §4.2).
   *
   * @param hybrid see {@link SmtpConnection#startTls(io.postern.transport.TlsClient, String,
   *     boolean, String)}
   */
  TlsFacts startTls(TlsClients.Permit permit, String serverName, boolean hybrid, Duration patience)
      throws DialogueException, TlsHandshakeException {
    try {
      connection.discardInput();
      connection.readTimeout(patience);
      connection.writeTimeout(patience);
      return connection.startTls(permit.client(), serverName, hybrid, permit.scope());
    } catch (TlsHandshakeException e) {
      throw e;
    } catch (IOException e) {
      throw ended(Stage.STARTTLS, e);
    }
  }

  /** Ours, without its port. */
  public String localAddress() {
    return connection.local().getAddress().getHostAddress();
  }

  public List<byte[]> peerChain() {
    return connection.peerChain();
  }

  /** See {@link SmtpConnection#certificateRequest}. */
  public @Nullable CertificateRequest certificateRequest() {
    return connection.certificateRequest();
  }

  byte[] stapledOcsp() {
    return connection.stapledOcsp();
  }

  /** Between two transactions: the host has said more than it was asked, or the socket failed. */
  boolean inputArrived() {
    try {
      return connection.inputArrived();
    } catch (IOException e) {
      return true; // the next command says why
    }
  }

  /**
   * Ends a transaction without its message. A session whose host does not answer 250 (RFC 5321
   * §4.1.1.5) is in the midst of it.
   */
  public void reset(Duration patience) throws DialogueException {
    Reply reply = command(Stage.RSET, "RSET", patience);
    if (!reply.isCompletion()) {
      throw new DialogueException(
          Reasons.DISCONNECTED, Stage.RSET, reply, "the host replied " + reply + " to RSET");
    }
  }

  /** QUIT and close, bounded; a host that does not answer is left anyway. */
  void quit(Duration patience) {
    try {
      command(Stage.QUIT, "QUIT", patience);
    } catch (DialogueException leftAnyway) {
      // RFC 5321 §4.1.1.10: nothing hangs on the answer.
    }
    connection.close();
  }

  /**
   * Ends the connection at once, so that a part of a message is not taken for all of it. By the
   * owner.
   */
  void abort() {
    connection.abort();
    connection.close(); // its buffers; nothing is sent any more
  }

  /** Ends the connection at once, from any thread: the owner's call fails, and it aborts. */
  void cut() {
    connection.abort();
  }

  private DialogueException ended(Stage stage, IOException e) {
    if (e instanceof SocketTimeoutException) {
      return new DialogueException(
          Reasons.TIMEOUT, stage, null, "the host did not reply in time to " + stage.command());
    }
    String how =
        switch (e) {
          case LineTooLongException tooLong -> "sent a line longer than any reply";
          case EOFException closed -> "closed the connection";
          default -> "dropped the connection (" + e.getMessage() + ")";
        };
    return new DialogueException(
        Reasons.DISCONNECTED, stage, null, "the host " + how + " at " + stage.command());
  }
}
