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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * From TCP to EHLO over TLS (RFC 5321 §3.1, §3.2, RFC 3207, LMTP: RFC 2033 §4.1). STARTTLS is used
 * whenever it is offered. A host whose handshake fails is asked once more, on a connection of its
 * own, without the hybrid group: some take no hello that needs two packets. What comes out still
 * has to pass the gate. Any thread, blocking it, bounded by {@link Timeouts}.
 */
public final class SessionOpener {
  /** What became of it. */
  sealed interface Opened {
    record Ready(Session session) implements Opened {}

    /** TLS was offered and no handshake stood; the connection is closed. */
    record NoTls(WhyPlain why, String detail) implements Opened {}
  }

  // A host that drops large hellos answers none; with the second one it has its full time.
  private static final Duration HYBRID_PATIENCE = Duration.ofSeconds(20);

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
   * @param plaintextAfter do not use STARTTLS: how the handshakes with this host failed before;
   *     null: with TLS where it is offered
   * @param ownership may end the connection from outside
   * @param tlsStood called when a handshake has succeeded, whatever follows
   * @throws DialogueException what ended the connection; with {@code tlsStood} called before, over
   *     TLS
   */
  Opened open(
      Target target,
      TlsRequirement requirement,
      HopProtocol protocol,
      @Nullable String plaintextAfter,
      Ownership ownership,
      Runnable tlsStood)
      throws DialogueException, ClientCertificateException {
    try (TlsClients.Lease lease = clients.lease(requirement)) {
      TlsClient client = lease.client();
      Supplier<Opening> connection =
          () -> new Opening(target, requirement, protocol, ownership, tlsStood);
      if (plaintextAfter != null) {
        return connection.get().inPlaintext(plaintextAfter);
      }
      Opened opened = connection.get().overTls(client, true, "");
      return opened instanceof Opened.NoTls(WhyPlain why, String detail)
              && why == WhyPlain.HANDSHAKE_FAILED
              && ownership.held()
          ? again(connection.get(), client, detail)
          : opened;
    }
  }

  // Whatever keeps it from a second handshake that stands, it is the handshake that failed.
  private Opened again(Opening opening, TlsClient client, String failed) throws DialogueException {
    String second;
    try {
      Opened opened =
          opening.overTls(client, false, failed + "; without the hybrid group it did not fail");
      if (!(opened instanceof Opened.NoTls(WhyPlain why, String detail))) {
        return opened;
      }
      second = detail;
    } catch (DialogueException e) {
      if (opening.encrypted) {
        throw e; // the host's, over TLS that stands: nothing to say in plaintext instead (S2)
      }
      second = e.detail();
    }
    return new Opened.NoTls(
        WhyPlain.HANDSHAKE_FAILED, failed + "; once more without the hybrid group: " + second);
  }

  /** One connection on its way to a session. Owner: the delivery's thread. */
  private final class Opening {
    private final Target target;
    private final TlsRequirement requirement;
    private final HopProtocol protocol;
    private final Ownership ownership;
    private final Runnable tlsStood;
    private final long started = System.nanoTime();
    private int connectMillis;
    private boolean encrypted; // its handshake has succeeded

    Opening(
        Target target,
        TlsRequirement requirement,
        HopProtocol protocol,
        Ownership ownership,
        Runnable tlsStood) {
      this.target = target;
      this.requirement = requirement;
      this.protocol = protocol;
      this.ownership = ownership;
      this.tlsStood = tlsStood;
    }

    Opened inPlaintext(String after) throws DialogueException {
      Dialogue dialogue = connect(target);
      boolean kept = false;
      try {
        Capabilities capabilities = greeted(dialogue);
        kept = true;
        return ready(dialogue, capabilities, WhyPlain.HANDSHAKE_FAILED, after);
      } finally {
        if (!kept) {
          dialogue.abort();
        }
      }
    }

    /**
     * @param tried why the handshake before did not do; empty: there was none, and a host without
     *     STARTTLS is one to talk to in plaintext
     */
    Opened overTls(TlsClient client, boolean hybrid, String tried) throws DialogueException {
      Dialogue dialogue = connect(target);
      boolean kept = false;
      try {
        Capabilities capabilities = greeted(dialogue);
        if (!capabilities.has("STARTTLS")) {
          kept = true;
          if (tried.isEmpty()) {
            return ready(dialogue, capabilities, WhyPlain.NOT_OFFERED, "");
          }
          dialogue.quit(timeouts.quit());
          return new Opened.NoTls(WhyPlain.NOT_OFFERED, "the host offered no STARTTLS any more");
        }
        Reply answer = dialogue.command(Stage.STARTTLS, "STARTTLS", timeouts.command());
        if (answer.code() != 220) {
          dialogue.quit(timeouts.quit());
          kept = true;
          return new Opened.NoTls(
              WhyPlain.STARTTLS_REFUSED, "the host refused STARTTLS: " + answer);
        }
        long handshake = System.nanoTime();
        String sni = requirement.getSni().isEmpty() ? sni(target) : requirement.getSni();
        TlsFacts facts = dialogue.startTls(client, sni, hybrid, patience(hybrid));
        int tlsMillis = millisSince(handshake);
        encrypted = true;
        tlsStood.run();
        TlsGate.Channel channel =
            new TlsGate.Channel.Encrypted(facts, CertificateNames.ofLeaf(dialogue.peerChain()));
        // RFC 3207 §4.2: what was learnt before the handshake is forgotten.
        Capabilities anew = hello(dialogue, protocol, false);
        kept = true;
        return new Opened.Ready(
            new Session(
                target, requirement, dialogue, anew, channel, connectMillis, tlsMillis, tried));
      } catch (TlsHandshakeException e) {
        return new Opened.NoTls(
            WhyPlain.HANDSHAKE_FAILED, "the TLS handshake failed: " + e.getMessage());
      } finally {
        if (!kept) {
          dialogue.abort();
        }
      }
    }

    private Capabilities greeted(Dialogue dialogue) throws DialogueException {
      ownership.connection(dialogue::cut);
      Reply greeting = dialogue.reply(Stage.CONNECT, timeouts.greeting());
      require(greeting, 220, Stage.CONNECT);
      connectMillis = millisSince(started);
      return hello(dialogue, protocol, TlsGate.plaintextAllowed(requirement));
    }

    private Opened ready(Dialogue dialogue, Capabilities capabilities, WhyPlain why, String tried) {
      TlsGate.Channel plain = new TlsGate.Channel.Plain(why);
      return new Opened.Ready(
          new Session(target, requirement, dialogue, capabilities, plain, connectMillis, 0, tried));
    }
  }

  private Duration patience(boolean hybrid) {
    return hybrid && HYBRID_PATIENCE.compareTo(timeouts.handshake()) < 0
        ? HYBRID_PATIENCE
        : timeouts.handshake();
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
