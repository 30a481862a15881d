package io.postern.rules;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.Direction;
import io.postern.names.DomainNames;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * May this session send mail to this recipient, on whose behalf, and by which connector
 * (docs/design/connectors.md, "Inbound")? A pure function; any thread. The same facts and the same
 * directory give the same decision, whatever the order of its objects.
 *
 * <ol>
 *   <li>Originating: the session is an organization's own server, by certificate or by address (see
 *       {@link Originating}). It may relay anywhere. A certificate that names such a connector but
 *       is not good is refused, not taken for a stranger's. A recipient of another organization is
 *       decided by that one's partner connectors as well, and accepted only if both say so: to it
 *       the server is a sender as any other (§1.2, "consequence to copy").
 *   <li>Incoming: the recipient's organization, and its partner connectors (see {@link
 *       PartnerRules}).
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
   * @param known the verdicts had so far; null: not had. After {@link
   *     InboundDecision.VerdictNeeded} the caller asks and calls again; a question that got no
   *     answer is answered UNKNOWN
   */
  public static InboundDecision decide(
      Directory directory,
      InboundFacts facts,
      String recipientDomain,
      Function<VerdictQuestion, @Nullable CertificateVerdict> known) {
    String recipient = DomainNames.normal(recipientDomain);
    IpAddress client = IpAddress.parse(facts.clientIp());
    Originating originating = Originating.find(directory, facts, client);
    WhyNot whyNot =
        new WhyNot(
            directory, facts, client, recipient, originating instanceof Originating.Ambiguous);
    Optional<String> owner = directory.acceptedDomain(recipient).map(d -> d.getOrganization());
    InboundDecision own = null;
    if (originating instanceof Originating.Found found) {
      own = originating(directory, facts, client, found, known);
      if (!(own instanceof InboundDecision.Accept accept)
          || owner.isEmpty()
          || owner.get().equals(accept.organization())) {
        return own;
      }
    }
    if (owner.isEmpty()) {
      return relayDenied(directory, facts, recipient, whyNot);
    }
    InboundDecision incoming =
        new PartnerRules(directory, facts, client, owner.get(), recipient, known, whyNot).decide();
    return own instanceof InboundDecision.Accept sender
            && incoming instanceof InboundDecision.Accept recipients
        ? sender.and(recipients, recipient)
        : incoming;
  }

  private static InboundDecision originating(
      Directory directory,
      InboundFacts facts,
      @Nullable IpAddress client,
      Originating.Found found,
      Function<VerdictQuestion, @Nullable CertificateVerdict> known) {
    InboundEntry entry = found.entry();
    Trail trail = new Trail(entry.organization());
    String presented = found.presented();
    if (presented == null) {
      trail.matched(
          entry.subject, "senderIPAddresses", "the client's address is " + facts.clientIp());
      trail.matched(
          "accepted domain " + found.acceptedDomain(),
          "acceptedDomain",
          "it is MAIL FROM's domain");
    } else {
      trail.matched(
          entry.subject,
          "tlsSenderCertificateName",
          entry.certificateName + " matches the certificate's name " + presented);
      trail.matched(
          "accepted domain " + found.acceptedDomain(),
          "acceptedDomain",
          "it is the certificate name or its parent domain");
    }
    if (entry.connector.getRequireTls() && !facts.tls()) {
      trail.failed(entry.subject, "requireTls", "the session is not encrypted");
      return Refusal.tlsRequired()
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
          client == null ? "" : entry.rangeOf(client),
          "",
          new byte[0],
          trail.summary("Originating: " + entry.subject + " by the client's address"));
    }
    return switch (Judgement.of(directory, entry, facts, known)) {
      case Judgement.Ask(VerdictQuestion question) -> new InboundDecision.VerdictNeeded(question);
      case Judgement.Good(String verdict, byte[] key) ->
          new InboundDecision.Accept(
              entry.organization(),
              entry.name(),
              Direction.ORIGINATING,
              "",
              verdict,
              key,
              trail
                  .matched(entry.subject, "verdict", "the certificate chain is good")
                  .summary("Originating: " + entry.subject + " by the client's certificate"));
      case Judgement.Bad bad ->
          Refusal.badChain(bad, Refusal.CERTIFICATE_NAME)
              .by(
                  entry.organization(),
                  entry.name(),
                  trail
                      .failed(entry.subject, "verdict", "the certificate chain is " + bad.verdict())
                      .summary("Refused: the certificate for " + entry.subject + " is not good"));
      case Judgement.Unknown unknown ->
          Refusal.notJudged(unknown, Refusal.CERTIFICATE_NAME)
              .by(
                  entry.organization(),
                  entry.name(),
                  trail
                      .failed(
                          entry.subject, "verdict", "the certificate chain is " + unknown.verdict())
                      .summary(
                          "Refused for now: the certificate for "
                              + entry.subject
                              + " could not be judged"));
    };
  }

  /**
   * Whose refusal it is: the organization that the sender's domain belongs to, so that its
   * administrator sees why none of its connectors matched; nobody's if there is none.
   */
  private static InboundDecision relayDenied(
      Directory directory, InboundFacts facts, String recipient, WhyNot whyNot) {
    String sender = facts.mailFromDomain();
    Optional<String> organization =
        sender == null
            ? Optional.empty()
            : directory.acceptedDomain(sender).map(domain -> domain.getOrganization());
    Trail trail = new Trail(organization.orElse(""));
    trail.failed("recipient domain " + recipient, "acceptedDomain", "nobody here accepts its mail");
    if (organization.isEmpty()) {
      trail.failed(
          "sender " + whyNot.sender(),
          "acceptedDomain",
          "it is not of a domain that is served here");
      return Refusal.stranger()
          .by(
              "",
              "",
              trail.summary(
                  "Refused: neither sender nor recipient belongs to an organization here, and no"
                      + " certificate proves one's server"));
    }
    whyNot.rest(trail, organization.get());
    return Refusal.notItsServer()
        .by(
            organization.get(),
            "",
            trail.summary(
                "Refused: the client is not known as a server of "
                    + organization.get()
                    + ", so it may not relay to "
                    + recipient));
  }
}
