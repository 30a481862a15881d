package io.postern.console.watch;

import io.postern.contracts.Spelling;
import io.postern.contracts.v1.SessionFacts;
import io.postern.names.DomainNames;
import io.postern.rules.inbound.InboundFacts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The facts of a recorded session, with what it has of a partner. Immutable; any thread.
 *
 * @param names of the client's certificate, as far as they are known
 * @param sender domain of MAIL FROM, A-label; null: none, or the null reverse-path
 * @param claims by which of a connector's parameters it claims to be the partner; none: it does not
 */
record ClaimingSession(
    SessionFacts session, List<String> names, @Nullable String sender, List<String> claims) {
  static ClaimingSession of(
      SessionFacts session, List<String> names, String reversePath, ClaimedPartner partner) {
    String sender = DomainNames.ofAddress(reversePath);
    return new ClaimingSession(session, names, sender, partner.claims(session, names, sender));
  }

  boolean claimsNothing() {
    return claims.isEmpty();
  }

  String senderDomain() {
    return sender == null ? "" : sender;
  }

  /**
   * True if the record holds every fact of the decision. False: a gateway's source decided, or
   * names of the certificate are missing.
   */
  boolean isWhole() {
    return !session.hasTrueSource()
        && (session.getTlsFacts().getPeerChainFingerprint().isEmpty() || !names.isEmpty());
  }

  /** Names without a chain prove nothing to the rules; the recorded verdict stands for its. */
  InboundFacts facts() {
    return new InboundFacts(
        session.getClientIp(),
        session.getTls(),
        names.isEmpty() ? List.of() : List.of(new byte[] {0}),
        new byte[0],
        names,
        sender);
  }

  String tls() {
    return session.getTls()
        ? Spelling.of(session.getTlsFacts().getVersion())
            + " "
            + session.getTlsFacts().getCipherSuite()
        : "none";
  }
}
