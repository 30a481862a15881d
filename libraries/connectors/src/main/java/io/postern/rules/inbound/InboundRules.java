package io.postern.rules.inbound;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.Direction;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;
import io.postern.rules.InboundEntry;
import io.postern.rules.Trail;
import io.postern.rules.address.IpAddress;
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
 *       {@link OriginatingConnector}; two of its pairs are asked only to relay). It may relay
 *       anywhere, but to the outside not from another organization's domain ({@link
 *       AnothersSender}). A certificate that names such a connector but is not good is refused, not
 *       taken for a stranger's. The partner connectors of a recipient of another organization
 *       decide as well, and both must accept: to that organization the server is a sender as any
 *       other. A blocked connector refuses its mail before anything else is looked at.
 *   <li>Incoming: the recipient's organization. Its own server, known by address, may send from any
 *       MAIL FROM; for all others its partner connectors decide (see {@link PartnerRules}). Then
 *       {@link DirectSend}.
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
   * @param partners by the recipient's organization, as for any sender: its partner connectors,
   *     before {@link DirectSend}; null: it is not asked
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
    if (originating instanceof OriginatingConnector.NoMatch && owner.isEmpty()) {
      originating = OriginatingConnector.findMixed(directory, facts, client);
    }
    InboundDecision own = null;
    if (originating instanceof OriginatingConnector.Match match) {
      own = originating(conditions, match, known);
      if (owner.isEmpty() && own instanceof InboundDecision.Accept accept) {
        own = AnothersSender.checked(conditions, accept);
      }
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
    InboundEntry server = conditions.serverForRecipient(owner.get());
    InboundDecision partners =
        server == null
            ? new PartnerRules(conditions, owner.get(), known, unmatched).decide()
            : toOwnRecipient(conditions, server);
    InboundDecision incoming = DirectSend.checked(conditions, partners, known);
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
    if (match.pair().byAddress()) {
      trail.matched(
          entry.subject, "senderIPAddresses", "the client's address is " + facts.clientIp());
    } else {
      trail.matched(
          entry.subject,
          "tlsSenderCertificateName",
          entry.certificateName + " matches the certificate's name " + presented);
    }
    trail.matched(
        "accepted domain " + match.acceptedDomain(),
        "acceptedDomain",
        switch (match.pair()) {
          case CERTIFICATE -> "the certificate's name " + presented + " is of this domain";
          case ADDRESS_AND_SENDER, CERTIFICATE_AND_SENDER -> "it is MAIL FROM's domain";
          case ADDRESS_AND_CERTIFICATE ->
              "it is the certificate's name " + presented + " or its parent domain";
        });
    InboundDecision.Refuse refused = refusedOutright(conditions, entry, trail);
    if (refused != null) {
      return refused;
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
                  match.pair().byAddress() ? entry.rangeOf(conditions.client) : "",
                  verdict,
                  key,
                  trail
                      .matched(entry.subject, "verdict", "the certificate chain is good")
                      .summary("Originating: " + entry.subject + by(match.pair())))
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

  private static String by(OriginatingConnector.Pair pair) {
    return switch (pair) {
      case CERTIFICATE -> " by the client's certificate";
      case ADDRESS_AND_SENDER -> " by the client's address";
      case CERTIFICATE_AND_SENDER -> " by the client's certificate and MAIL FROM";
      case ADDRESS_AND_CERTIFICATE -> " by the client's address and certificate";
    };
  }

  /** Null: the connector is not blocked, and the session is encrypted where that is required. */
  private static InboundDecision.@Nullable Refuse refusedOutright(
      InboundConditions conditions, InboundEntry entry, Trail trail) {
    if (entry.connector.getBlocked()) {
      return RecipientRefusal.blocked()
          .by(
              entry.organization(),
              entry.name(),
              trail
                  .failed(entry.subject, InboundConditions.blocked(entry))
                  .summary(blocked(entry)));
    }
    if (!conditions.isEncryptedEnough(entry)) {
      trail.failed(entry.subject, "requireTls", "the session is not encrypted");
      return RecipientRefusal.tlsRequired()
          .by(
              entry.organization(),
              entry.name(),
              trail.summary("Refused: " + entry.subject + " requires TLS"));
    }
    return null;
  }

  /** An own server, known by its address, may send to the organization from any MAIL FROM. */
  private static InboundDecision toOwnRecipient(InboundConditions conditions, InboundEntry server) {
    Trail trail = new Trail(server.organization());
    trail.matched(
        server.subject,
        "senderIPAddresses",
        "the client's address is " + conditions.facts.clientIp());
    trail.matched(
        "accepted domain " + conditions.recipientDomain,
        "acceptedDomain",
        "it is the recipient's domain, so MAIL FROM may be of any domain");
    InboundDecision.Refuse refused = refusedOutright(conditions, server, trail);
    return refused != null
        ? refused
        : new InboundDecision.Accept(
            server.organization(),
            server.name(),
            Direction.INCOMING,
            server.rangeOf(conditions.client),
            "",
            new byte[0],
            trail.summary(
                "Incoming for "
                    + server.organization()
                    + ": "
                    + server.subject
                    + " by the client's address"));
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
