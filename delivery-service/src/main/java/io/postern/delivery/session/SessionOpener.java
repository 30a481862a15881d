package io.postern.delivery.session;

import io.postern.contracts.Reasons;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.TlsFacts;
import io.postern.delivery.gate.TlsGate;
import io.postern.delivery.gate.TlsGate.PlaintextReason;
import io.postern.delivery.position.Ownership;
import io.postern.delivery.route.SessionKey;
import io.postern.delivery.route.Target;
import io.postern.dns.dane.TlsaSet;
import io.postern.names.CertificateNames;
import io.postern.smtp.Capabilities;
import io.postern.smtp.Reply;
import io.postern.transport.SmtpConnection;
import io.postern.transport.SourceAddressException;
import io.postern.transport.TlsHandshakeException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The opening of sessions, from TCP to EHLO over TLS (RFC 5321 §3.1, §3.2, RFC 3207, LMTP: RFC 2033
 * §4.1). STARTTLS is used whenever it is offered. A host whose handshake fails is asked once more,
 * on a connection of its own, without the hybrid group: some take no hello that needs two packets.
 * Not so where that group is demanded, since such a session would pass no gate. The session still
 * has to pass the gate. Any thread, blocking it, bounded by {@link Timeouts}.
 */
public final class SessionOpener {
  /** The answer. */
  public sealed interface Opening {
    record Success(Session session) implements Opening {}

    /** TLS was offered and no handshake succeeded; the connection is closed. */
    record NoTls(PlaintextReason why, String detail) implements Opening {}
  }

  // A host that drops large hellos answers none; with the second one it has its full time.
  private static final Duration HYBRID_PATIENCE = Duration.ofSeconds(20);

  private final Timeouts timeouts;
  private final TlsClients clients;

  public SessionOpener(Timeouts timeouts, TlsClients clients) {
    this.timeouts = timeouts;
    this.clients = clients;
  }

  /** TCP, of which a {@link ConnectRace} makes two. */
  public Connecting connecting(SessionKey key) {
    long since = System.nanoTime();
    try {
      return new Connecting.Connected(key, connection(key), since);
    } catch (DialogueException | SourceAddressException e) {
      return new Connecting.Failed(key, e);
    }
  }

  /**
   * @param connected to the key's address, taken over whatever follows; null: to be connected
   * @param plaintextAfter do not use STARTTLS: how the handshakes with this host failed before;
   *     null: with TLS where it is offered
   * @param ownership may end the connection from outside
   * @param tlsStood called when a handshake has succeeded, whatever follows
   * @throws DialogueException by which the connection ended; with {@code tlsStood} called before,
   *     over TLS
   * @throws SourceAddressException we have not the address that the identity demands
   */
  public Opening open(
      SessionKey key,
      Connecting.@Nullable Connected connected,
      @Nullable String plaintextAfter,
      Ownership ownership,
      Runnable tlsStood,
      OpeningSteps steps)
      throws DialogueException, ClientCertificateException, SourceAddressException {
    try (TlsClients.Permit permit = permit(key, connected)) {
      Dial dial = new Dial(key, connected, ownership, tlsStood, steps);
      if (plaintextAfter != null) {
        return dial.inPlaintext(plaintextAfter);
      }
      Opening first = dial.overTls(permit, true, "");
      return first instanceof Opening.NoTls(PlaintextReason why, String detail)
              && why == PlaintextReason.HANDSHAKE_FAILED
              && !key.requirement().getPostQuantum()
              && ownership.held()
          ? again(new Dial(key, null, ownership, tlsStood, steps), permit, detail)
          : first;
    }
  }

  private TlsClients.Permit permit(SessionKey key, Connecting.@Nullable Connected connected)
      throws ClientCertificateException {
    boolean permitted = false;
    try {
      TlsClients.Permit permit = clients.permit(key);
      permitted = true;
      return permit;
    } finally {
      if (!permitted && connected != null) {
        connected.close();
      }
    }
  }

  // Whatever keeps the second handshake from success, the failure is that of the handshake.
  private Opening again(Dial dial, TlsClients.Permit permit, String failed)
      throws DialogueException, SourceAddressException {
    String second;
    try {
      Opening opening =
          dial.overTls(permit, false, failed + "; without the hybrid group it did not fail");
      if (!(opening instanceof Opening.NoTls(PlaintextReason why, String detail))) {
        return opening;
      }
      second = detail;
    } catch (DialogueException e) {
      if (dial.encrypted) {
        throw e; // the host's, over TLS that stands: nothing to say in plaintext instead (S2)
      }
      second = e.detail();
    }
    return new Opening.NoTls(
        PlaintextReason.HANDSHAKE_FAILED, failed + "; again without the hybrid group: " + second);
  }

  /** One connection on its way to a session. Owner: the delivery's thread. */
  private final class Dial {
    private final SessionKey key;
    private final Ownership ownership;
    private final Runnable tlsStood;
    private final OpeningSteps steps;
    private final Connecting.@Nullable Connected connected;
    private final long started;
    private int connectMillis;
    private boolean encrypted; // its handshake has succeeded

    Dial(
        SessionKey key,
        Connecting.@Nullable Connected connected,
        Ownership ownership,
        Runnable tlsStood,
        OpeningSteps steps) {
      this.key = key;
      this.steps = steps;
      this.connected = connected;
      this.started = connected == null ? System.nanoTime() : connected.sinceNanos();
      this.ownership = ownership;
      this.tlsStood = tlsStood;
    }

    Opening inPlaintext(String after) throws DialogueException, SourceAddressException {
      Dialogue dialogue = connect();
      boolean kept = false;
      try {
        Capabilities capabilities = greeted(dialogue);
        kept = true;
        return ready(dialogue, capabilities, PlaintextReason.HANDSHAKE_FAILED, after);
      } finally {
        if (!kept) {
          dialogue.abort();
        }
      }
    }

    /**
     * @param failedBefore why the handshake before did not do; empty: there was none, and a host
     *     without STARTTLS is one to talk to in plaintext
     */
    Opening overTls(TlsClients.Permit permit, boolean hybrid, String failedBefore)
        throws DialogueException, SourceAddressException {
      Dialogue dialogue = connect();
      boolean kept = false;
      try {
        Capabilities capabilities = greeted(dialogue);
        if (!capabilities.has("STARTTLS")) {
          kept = true;
          if (failedBefore.isEmpty()) {
            return ready(dialogue, capabilities, PlaintextReason.NOT_OFFERED, "");
          }
          dialogue.quit(timeouts.quit());
          return new Opening.NoTls(
              PlaintextReason.NOT_OFFERED, "the host no longer offered STARTTLS");
        }
        long asked = System.nanoTime();
        Reply answer = dialogue.command(Stage.STARTTLS, "STARTTLS", timeouts.command());
        if (answer.code() != 220) {
          dialogue.quit(timeouts.quit());
          kept = true;
          return new Opening.NoTls(
              PlaintextReason.STARTTLS_REFUSED, "the host refused STARTTLS: " + answer);
        }
        steps.startTls(answer, millisSince(asked));
        long handshake = System.nanoTime();
        TlsFacts facts =
            dialogue.startTls(
                permit, sni(key), hybrid, patience(hybrid && !key.requirement().getPostQuantum()));
        int tlsMillis = millisSince(handshake);
        encrypted = true;
        tlsStood.run();
        steps.handshake(facts, tlsMillis);
        TlsGate.Channel channel =
            new TlsGate.Channel.Tls(
                facts,
                CertificateNames.ofLeaf(dialogue.peerChain()),
                CertificateNames.dnsIdsOfLeaf(dialogue.peerChain()));
        // RFC 3207 §4.2: the capabilities from before the handshake are forgotten.
        Capabilities anew = helloShown(dialogue, false);
        kept = true;
        return new Opening.Success(
            new Session(
                key,
                new Establishment(channel, connectMillis, tlsMillis, failedBefore),
                dialogue,
                anew));
      } catch (TlsHandshakeException e) {
        return new Opening.NoTls(
            PlaintextReason.HANDSHAKE_FAILED, "the TLS handshake failed: " + e.getMessage());
      } finally {
        if (!kept) {
          dialogue.abort();
        }
      }
    }

    private Dialogue connect() throws DialogueException, SourceAddressException {
      Dialogue dialogue =
          new Dialogue(connected == null ? connection(key) : connected.connection());
      steps.connected(millisSince(started));
      return dialogue;
    }

    private Capabilities greeted(Dialogue dialogue) throws DialogueException {
      ownership.connection(dialogue::cut);
      long since = System.nanoTime();
      Reply greeting = dialogue.reply(Stage.CONNECT, timeouts.greeting());
      require(greeting, 220, Stage.CONNECT);
      connectMillis = millisSince(started);
      steps.greeted(greeting, millisSince(since));
      return helloShown(dialogue, TlsGate.plaintextAllowed(key.requirement(), key.demand()));
    }

    private Capabilities helloShown(Dialogue dialogue, boolean heloWillDo)
        throws DialogueException {
      long since = System.nanoTime();
      Capabilities capabilities = hello(dialogue, key, heloWillDo);
      steps.hello(capabilities, millisSince(since));
      return capabilities;
    }

    private Opening ready(
        Dialogue dialogue, Capabilities capabilities, PlaintextReason why, String failedBefore) {
      TlsGate.Channel channel = new TlsGate.Channel.Plaintext(why);
      return new Opening.Success(
          new Session(
              key,
              new Establishment(channel, connectMillis, 0, failedBefore),
              dialogue,
              capabilities));
    }
  }

  private Duration patience(boolean anotherFollows) {
    return anotherFollows && HYBRID_PATIENCE.compareTo(timeouts.handshake()) < 0
        ? HYBRID_PATIENCE
        : timeouts.handshake();
  }

  private SmtpConnection connection(SessionKey key)
      throws DialogueException, SourceAddressException {
    Target target = key.target();
    try {
      return SmtpConnection.connect(
          target.address(),
          key.identity().source(target.address().getAddress()),
          timeouts.connect());
    } catch (SourceAddressException e) {
      throw e;
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

  private Capabilities hello(Dialogue dialogue, SessionKey key, boolean heloWillDo)
      throws DialogueException {
    Duration patience = timeouts.command();
    String ownName = key.identity().ehloName();
    boolean lmtp = key.protocol() == HopProtocol.LMTP;
    String verb = lmtp ? "LHLO " : "EHLO ";
    Reply reply = dialogue.command(Stage.EHLO, verb + ownName, patience);
    if (reply.isPermanent() && heloWillDo && !lmtp) {
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
          "the host replied " + reply);
    }
  }

  // RFC 6066 §3: literal addresses are not permitted as server name.
  private static String sni(SessionKey key) {
    TlsaSet dane = key.demand().dane();
    if (dane != null) {
      return dane.base(); // RFC 7672 §8.1: the TLSA base domain, and no other
    }
    if (!key.requirement().getSni().isEmpty()) {
      return key.requirement().getSni();
    }
    String host = key.target().host();
    boolean literal = host.indexOf(':') >= 0 || host.startsWith("[") || host.matches("[0-9.]+");
    return literal ? "" : host;
  }

  private static int millisSince(long nanos) {
    return (int) ((System.nanoTime() - nanos) / 1_000_000);
  }
}
