package io.postern.ingress.session;

import io.postern.contracts.v1.ChainKeeping;
import io.postern.contracts.v1.RefusedVariant;
import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TrueSource;
import io.postern.ingress.intake.PresentedChains;
import io.postern.ingress.source.Source;
import io.postern.names.CertificateNames;
import io.postern.names.DomainNames;
import io.postern.rules.inbound.InboundFacts;
import io.postern.transport.SmtpConnection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The facts about a session's client: address, greeting, TLS. Owner: the session's thread. */
final class ClientFacts {
  private final SmtpConnection connection;
  private final String hostName;
  private final Arrival arrival;
  private final Source source;
  private final Source network;
  private final long startedMillis = System.currentTimeMillis();
  private @Nullable String greeting;
  private boolean extended;
  private int mailNumber;
  private @Nullable TrueSource trueSource; // of the mail under way
  private boolean smtpUtf8; // of the mail transaction under way
  private @Nullable List<String> certificateNames; // of this TLS state; null: not read yet
  private final PresentedChains chains;
  private boolean proved;
  private boolean chainKept;

  ClientFacts(SmtpConnection connection, Arrival arrival, String hostName, PresentedChains chains) {
    this.chains = chains;
    this.connection = connection;
    this.arrival = arrival;
    this.hostName = hostName;
    this.source = Source.of(arrival.client().getAddress());
    this.network = Source.neighbours(arrival.client().getAddress());
  }

  /** The client said EHLO: it knows our extensions. */
  boolean extended() {
    return extended;
  }

  void greeted(String name, boolean ehlo) {
    greeting = name;
    extended = ehlo;
  }

  /** RFC 3207 §4.2: after the handshake nothing that the client said before counts. */
  void forgetGreeting() {
    greeting = null;
    extended = false;
    certificateNames = null;
    proved = false;
    chainKept = false;
  }

  boolean greeted() {
    return greeting != null;
  }

  void mailBegan(boolean withSmtpUtf8) {
    mailNumber++;
    trueSource = null;
    smtpUtf8 = withSmtpUtf8;
  }

  /** The mail under way has this source behind the client; null: the client is the source. */
  void mailCameFrom(@Nullable TrueSource found) {
    trueSource = found;
  }

  void mailEnded() {
    smtpUtf8 = false;
  }

  /** RFC 3848, RFC 6531 §4.3. */
  String protocol() {
    String name = smtpUtf8 ? "UTF8SMTP" : extended ? "ESMTP" : "SMTP";
    return extended && connection.tls() ? name + "S" : name;
  }

  InboundFacts inbound(@Nullable String mailFromDomain) {
    TlsFacts tls = connection.tlsFacts();
    return new InboundFacts(
        ip(),
        tls != null,
        connection.peerChain(),
        connection.stapledOcsp(),
        certificateNames(),
        mailFromDomain);
  }

  /** All of them: the trace's own list ({@link TlsFacts}) is cut short. */
  private List<String> certificateNames() {
    if (certificateNames == null) {
      certificateNames = CertificateNames.ofLeaf(connection.peerChain());
    }
    return certificateNames;
  }

  Source source() {
    return source;
  }

  /** The client and its neighbours. */
  Source network() {
    return network;
  }

  String ip() {
    return arrival.ip();
  }

  String greeting() {
    return greeting == null ? "" : greeting;
  }

  /** A verdict on the client's chain is good. */
  void proved() {
    proved = true;
  }

  /**
   * Keeps the chain that a record is about to name, once a session where there is room for it.
   *
   * @return whether it is kept
   */
  private boolean keepChain(TlsFacts tls) {
    if (!chainKept) {
      chainKept =
          chains.keep(
              source,
              tls.getPeerChainFingerprint().toByteArray(),
              connection.peerChain(),
              connection.stapledOcsp(),
              proved);
    }
    return chainKept;
  }

  /**
   * The facts by which a refused recipient was decided; empty: no recipient was.
   *
   * @param reversePath empty: the null reverse-path
   */
  Optional<RefusedVariant> variant(String reversePath, String recipient) {
    String domain = DomainNames.ofAddress(recipient);
    String sender = DomainNames.ofAddress(reversePath);
    if (domain == null || sender == null && !reversePath.isEmpty()) {
      return Optional.empty();
    }
    RefusedVariant.Builder variant =
        RefusedVariant.newBuilder().setRecipientDomain(domain).setTls(connection.tls());
    if (sender != null) {
      variant.setSenderDomain(sender);
    }
    if (ip().indexOf(':') >= 0) {
      variant.setClientIp(ip());
    }
    TlsFacts tls = connection.tlsFacts();
    if (tls != null && !tls.getPeerChainFingerprint().isEmpty()) {
      keepChain(tls);
      variant.setChainFingerprint(tls.getPeerChainFingerprint());
    }
    return Optional.of(variant.build());
  }

  SessionFacts facts() {
    SessionFacts.Builder facts =
        arrival
            .facts()
            .setGreeting(greeting())
            .setProtocol(protocol())
            .setTls(connection.tls())
            .setServerName(hostName)
            .setStartedMillis(startedMillis)
            .setMailNumber(mailNumber);
    TlsFacts tls = connection.tlsFacts();
    if (tls != null) {
      facts.setTlsFacts(tls);
      if (!tls.getPeerChainFingerprint().isEmpty()) {
        facts.setChain(keepChain(tls) ? ChainKeeping.CHAIN_KEPT : ChainKeeping.CHAIN_NOT_KEPT);
      }
    }
    if (trueSource != null) {
      facts.setTrueSource(trueSource);
    }
    return facts.build();
  }
}
