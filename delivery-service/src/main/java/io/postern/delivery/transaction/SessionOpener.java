package io.postern.delivery.transaction;

import io.postern.contracts.Reasons;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.gate.TlsGate;
import io.postern.delivery.gate.TlsGate.WhyPlain;
import io.postern.delivery.position.Ownership;
import io.postern.names.CertificateNames;
import io.postern.smtp.Capabilities;
import io.postern.smtp.Reply;
import io.postern.transport.SmtpConnection;
import io.postern.transport.TlsClient;
import io.postern.transport.TlsHandshakeException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * From TCP to EHLO over TLS (RFC 5321 §3.1, §3.2, RFC 3207, LMTP: RFC 2033 §4.1). STARTTLS is used
 * whenever it is offered. What comes out still has to pass the gate. Any thread, blocking it,
 * bounded by {@link Timeouts}.
 */
public final class SessionOpener {
  /** What became of it. */
  sealed interface Opened {
    record Ready(Session session) implements Opened {}

    /** TLS was offered and could not be had; the connection is closed. */
    record NoTls(WhyPlain why, String detail) implements Opened {}
  }

  private final String ownName;
  private final Timeouts timeouts;
  private final TlsClients clients;

  /**
   * @param ownName for EHLO (RFC 5321 §4.1.1.1)
   */
  public SessionOpener(String ownName, Timeouts timeouts, TlsClients clients) {
    this.ownName = ownName;
    this.timeouts = timeouts;
    this.clients = clients;
  }

  /**
   * @param plaintext do not use STARTTLS: the handshake with this host failed before
   * @param ownership may end the connection from outside
   */
  Opened open(
      Target target,
      TlsRequirement requirement,
      HopProtocol protocol,
      boolean plaintext,
      Ownership ownership)
      throws DialogueException, ClientCertificateException {
    try (TlsClients.Lease client = clients.lease(requirement)) {
      return open(target, requirement, protocol, plaintext, client.client(), ownership);
    }
  }

  private Opened open(
      Target target,
      TlsRequirement requirement,
      HopProtocol protocol,
      boolean plaintext,
      TlsClient client,
      Ownership ownership)
      throws DialogueException {
    long started = System.nanoTime();
    Dialogue dialogue = connect(target);
    boolean kept = false;
    try {
      ownership.connection(dialogue::cut);
      Reply greeting = dialogue.reply(Stage.CONNECT, timeouts.greeting());
      require(greeting, 220, Stage.CONNECT);
      int connectMillis = millisSince(started);
      Capabilities capabilities = hello(dialogue, protocol, TlsGate.plaintextAllowed(requirement));
      TlsGate.Channel channel = new TlsGate.Channel.Plain(WhyPlain.NOT_OFFERED);
      int tlsMillis = 0;
      if (plaintext) {
        channel = new TlsGate.Channel.Plain(WhyPlain.HANDSHAKE_FAILED);
      } else if (capabilities.has("STARTTLS")) {
        Reply answer = dialogue.command(Stage.STARTTLS, "STARTTLS", timeouts.command());
        if (answer.code() != 220) {
          dialogue.quit(timeouts.quit());
          kept = true;
          return new Opened.NoTls(
              WhyPlain.STARTTLS_REFUSED, "the host refused STARTTLS: " + answer);
        }
        long handshake = System.nanoTime();
        String sni = requirement.getSni().isEmpty() ? sni(target) : requirement.getSni();
        TlsFacts facts = dialogue.startTls(client, sni, timeouts.handshake());
        tlsMillis = millisSince(handshake);
        channel =
            new TlsGate.Channel.Encrypted(facts, CertificateNames.ofLeaf(dialogue.peerChain()));
        // RFC 3207 §4.2: what was learnt before the handshake is forgotten.
        capabilities = hello(dialogue, protocol, false);
      }
      kept = true;
      return new Opened.Ready(
          new Session(
              target, requirement, dialogue, capabilities, channel, connectMillis, tlsMillis));
    } catch (TlsHandshakeException e) {
      return new Opened.NoTls(
          WhyPlain.HANDSHAKE_FAILED, "the TLS handshake failed: " + e.getMessage());
    } finally {
      if (!kept) {
        dialogue.abort();
      }
    }
  }

  private Dialogue connect(Target target) throws DialogueException {
    try {
      return new Dialogue(SmtpConnection.connect(target.address(), null, timeouts.connect()));
    } catch (SocketTimeoutException e) {
      throw new DialogueException(
          Reasons.TIMEOUT, Stage.CONNECT, null, "no connection to " + target.shown() + " in time");
    } catch (IOException e) {
      throw new DialogueException(
          Reasons.CONNECT_FAILED,
          Stage.CONNECT,
          null,
          "no connection to " + target.shown() + ": " + e.getMessage());
    }
  }

  private Capabilities hello(Dialogue dialogue, HopProtocol protocol, boolean heloWillDo)
      throws DialogueException {
    Duration patience = timeouts.command();
    String verb = protocol == HopProtocol.LMTP ? "LHLO " : "EHLO ";
    Reply reply = dialogue.command(Stage.EHLO, verb + ownName, patience);
    if (reply.isPermanent() && heloWillDo && protocol != HopProtocol.LMTP) {
      // RFC 5321 §3.2: an old server; it has no STARTTLS, so only where plaintext will do.
      require(dialogue.command(Stage.EHLO, "HELO " + ownName, patience), 250, Stage.EHLO);
      return Capabilities.NONE;
    }
    require(reply, 250, Stage.EHLO);
    return Capabilities.parse(reply);
  }

  private static void require(Reply reply, int code, Stage stage) throws DialogueException {
    if (reply.code() != code) {
      throw new DialogueException(
          reply.isPermanent() ? Reasons.REMOTE_5XX : Reasons.REMOTE_4XX,
          stage,
          reply,
          "the host answered " + reply);
    }
  }

  // RFC 6066 §3: literal addresses are not permitted as server name.
  private static String sni(Target target) {
    String host = target.host();
    boolean literal = host.indexOf(':') >= 0 || host.startsWith("[") || host.matches("[0-9.]+");
    return literal ? "" : host;
  }

  private static int millisSince(long nanos) {
    return (int) ((System.nanoTime() - nanos) / 1_000_000);
  }
}
