package io.postern.rules;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.Direction;
import io.postern.names.DomainNames;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The decision about one recipient in the session: whether the client may send to it, on whose
 * behalf, and by which connector (docs/design/connectors.md, "Inbound"). A pure function; any
 * thread. The same facts and the same directory give the same decision, whatever the order of its
 * objects.
 *
 * <ol>
 *   <li>Originating: the session is an organization's own server, by certificate or by address (see
 *       {@link OriginatingConnector}). It may relay anywhere. A certificate that names such a
 *       connector but is not good is refused, not taken for a stranger's. The partner connectors of
 *       a recipient of another organization decide as well, and both must accept: to that
 *       organization the server is a sender as any other. A blocked connector refuses its mail
 *       before anything else is looked at.
 *   <li>Incoming: the recipient's organization, and its partner connectors (see {@link
 *       PartnerRules}). Then {@link DirectSend}.
 *   <li>Neither: relay denied.
 * </ol>
 *
 * The chain is put to a verdict only when a connector depends on it, so a stranger costs no
 * look-ups. Nobody is let in on an unknown verdict (G4). The explanation is for the decision's
 * organization and names no connector of another (G8).
 */
public final class InboundRules {
  private InboundRules() {}

  /**
   * @param recipientDomain A-label
   * @param known gives the verdicts had so far; null: not had. After {@link
   *     InboundDecision.VerdictNeeded} the caller asks and calls again; it gives UNKNOWN for a
   *     question without an answer
   */
  public static InboundDecision decide(
      Directory directory,
      InboundFacts facts,
      String recipientDomain,
      Function<VerdictQuestion, @Nullable CertificateVerdict> known) {
    return steps(directory, facts, recipientDomain, known).decision();
  }

  /**
   * The parts of a decision.
   *
   * @param own by the on-premises connector that was found; null: none was
   * @param partners by the partner connectors of the recipient's organization, before {@link
   *     DirectSend}; null: they are not asked
   */
  record Steps(
      InboundConditions conditions,
      OriginatingConnector originating,
      @Nullable InboundDecision own,
      @Nullable InboundDecision partners,
      InboundDecision decision) {}

  static Steps steps(
      Directory directory,
      InboundFacts facts,
      String recipientDomain,
      Function<VerdictQuestion, @Nullable CertificateVerdict> known) {
    String recipient = DomainNames.normal(recipientDomain);
    IpAddress client = IpAddress.parse(facts.clientIp());
    InboundConditions conditions = new InboundConditions(directory, facts, client, recipient);
    OriginatingConnector originating = OriginatingConnector.find(directory, facts, client);
    UnmatchedConnectors unmatched =
        new UnmatchedConnectors(conditions, originating instanceof OriginatingConnector.Tie);
    Optional<String> owner = directory.acceptedDomain(recipient).map(d -> d.getOrganization());
    InboundDecision own = null;
    if (originating instanceof OriginatingConnector.Match match) {
      own = originating(conditions, match, known);
      if (!(own instanceof InboundDecision.Accept accept)
          || owner.isEmpty()
          || owner.get().equals(accept.organization())) {
        return new Steps(conditions, originating, own, null, own);
      }
    }
    if (owner.isEmpty()) {
      InboundDecision denied = relayDenied(conditions, unmatched);
      return new Steps(conditions, originating, null, null, denied);
    }
    InboundDecision partners = new PartnerRules(conditions, owner.get(), known, unmatched).decide();
    InboundDecision incoming = DirectSend.checked(directory, facts, partners);
    InboundDecision both =
        own instanceof InboundDecision.Accept sender
                && incoming instanceof InboundDecision.Accept recipients
            ? sender.and(recipients, recipient)
            : incoming;
    return new Steps(conditions, originating, own, partners, both);
  }

  private static InboundDecision originating(
      InboundConditions conditions,
      OriginatingConnector.Match match,
      Function<VerdictQuestion, @Nullable CertificateVerdict> known) {
    Directory directory = conditions.directory;
    InboundFacts facts = conditions.facts;
    InboundEntry entry = match.entry();
    Trail trail = new Trail(entry.organization());
    facts.addSourceTo(trail, entry.organization());
    String presented = match.presented();
    if (presented == null) {
      trail.matched(
          entry.subject, "senderIPAddresses", "the client's address is " + facts.clientIp());
      trail.matched(
          "accepted domain " + match.acceptedDomain(),
          "acceptedDomain",
          "it is MAIL FROM's domain");
    } else {
      trail.matched(
          entry.subject,
          "tlsSenderCertificateName",
          entry.certificateName + " matches the certificate's name " + presented);
      trail.matched(
          "accepted domain " + match.acceptedDomain(),
          "acceptedDomain",
          "it is the certificate name or its parent domain");
    }
    if (entry.connector.getBlocked()) {
      return RecipientRefusal.blocked()
          .by(entry.organization(), entry.name(), trail.blocked(entry).summary(blocked(entry)));
    }
    if (!conditions.isEncryptedEnough(entry)) {
      trail.failed(entry.subject, "requireTls", "the session is not encrypted");
      return RecipientRefusal.tlsRequired()
          .by(
              entry.organization(),
              entry.name(),
              trail.summary("Refused: " + entry.subject + " requires TLS"));
    }
    if (presented == null) {
      return new InboundDecision.Accept(
              entry.organization(),
              entry.name(),
              Direction.ORIGINATING,
              entry.rangeOf(conditions.client),
              "",
              new byte[0],
              trail.summary("Originating: " + entry.subject + " by the client's address"))
          .with(SenderTrust.of(directory, match, facts.mailFromDomain()));
    }
    return switch (ChainJudgement.of(conditions, entry, known, RecipientRefusal.CERTIFICATE_NAME)) {
      case ChainJudgement.Question(VerdictQuestion question) ->
          new InboundDecision.VerdictNeeded(question);
      case ChainJudgement.Good(String verdict, byte[] key) ->
          new InboundDecision.Accept(
                  entry.organization(),
                  entry.name(),
                  Direction.ORIGINATING,
                  "",
                  verdict,
                  key,
                  trail
                      .matched(entry.subject, "verdict", "the certificate chain is good")
                      .summary("Originating: " + entry.subject + " by the client's certificate"))
              .with(SenderTrust.of(directory, match, facts.mailFromDomain()));
      case ChainJudgement.NotGood(RecipientRefusal refusal) ->
          refusal.by(
              entry.organization(),
              entry.name(),
              trail
                  .failed(entry.subject, "verdict", refusal.chain())
                  .summary(
                      "Refused: the certificate for "
                          + entry.subject
                          + " is "
                          + refusal.verdict()));
    };
  }

  static String blocked(InboundEntry entry) {
    return "Refused: " + entry.subject + " is blocked";
  }

  /**
   * The refusal in the name of the sender's organization, so that its administrator sees why none
   * of its connectors matched; in nobody's name if the sender's domain belongs to none.
   */
  private static InboundDecision relayDenied(
      InboundConditions conditions, UnmatchedConnectors unmatched) {
    String sender = conditions.facts.mailFromDomain();
    String recipient = conditions.recipientDomain;
    Optional<String> organization =
        sender == null
            ? Optional.empty()
            : conditions.directory.acceptedDomain(sender).map(domain -> domain.getOrganization());
    Trail trail = new Trail(organization.orElse(""));
    trail.failed(
        "recipient domain " + recipient,
        "acceptedDomain",
        "no organization here accepts " + "mail for it");
    if (organization.isEmpty()) {
      trail.failed(
          "sender " + conditions.sender(), "acceptedDomain", "its domain is not served here");
      return RecipientRefusal.stranger()
          .by(
              "",
              "",
              trail.summary(
                  "Refused: neither sender nor recipient belongs to an organization here, and no "
                      + "certificate identifies a server of one"));
    }
    unmatched.addTo(trail, organization.get());
    return RecipientRefusal.notItsServer()
        .by(
            organization.get(),
            "",
            trail.summary(
                "Refused: the client is not identified as a server of "
                    + organization.get()
                    + ", so it may not relay to "
                    + recipient));
  }
}
