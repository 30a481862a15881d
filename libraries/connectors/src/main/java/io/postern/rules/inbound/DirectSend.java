package io.postern.rules.inbound;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.Organization;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;
import io.postern.rules.InboundEntry;
import io.postern.rules.gateway.TrueSource;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The organization's rejectDirectSend (docs/design/connectors.md, "Direct Send"): mail to its
 * recipients from a domain of its own, where none of its inbound connectors knows the client by
 * certificate or address. A partner connector that goes by the sender's domain alone knows nobody;
 * one whose name a good certificate has does, also where nothing demands the certificate. The null
 * reverse-path is not concerned. Pure.
 */
final class DirectSend {
  private DirectSend() {}

  /**
   * @param incoming the decision of the recipients' organization's partner connectors
   */
  static InboundDecision checked(
      InboundConditions conditions,
      InboundDecision incoming,
      Function<VerdictQuestion, @Nullable CertificateVerdict> known) {
    Directory directory = conditions.directory;
    InboundFacts facts = conditions.facts;
    if (!(incoming instanceof InboundDecision.Accept accept)
        || !accept.byAddress().isEmpty()
        || !accept.verdict().isEmpty()
        || awaits(facts, accept.organization())) {
      return incoming;
    }
    Optional<Organization> organization = directory.organization(accept.organization());
    if (organization.isEmpty() || !organization.get().getRejectDirectSend()) {
      return incoming;
    }
    String own =
        ownDomain(
            directory,
            accept.organization(),
            facts.mailFromDomain(),
            organization.get().getRejectDirectSendSubdomains());
    if (own == null) {
      return incoming;
    }
    InboundDecision unknown = null;
    for (InboundEntry named : conditions.namedBy(accept.organization())) {
      switch (ChainJudgement.of(conditions, named, known, RecipientRefusal.CERTIFICATE_NAME)) {
        case ChainJudgement.Question(VerdictQuestion question) -> {
          return new InboundDecision.VerdictNeeded(question);
        }
        case ChainJudgement.Good good -> {
          return incoming;
        }
        case ChainJudgement.NotGood(RecipientRefusal refusal) -> {
          if (refusal.code() == 451) {
            unknown =
                refusal.by(
                    accept.organization(),
                    named.name(),
                    explanation(accept, own, facts.mailFromDomain()));
          }
        }
      }
    }
    if (unknown != null) {
      return unknown;
    }
    return RecipientRefusal.directSend()
        .by(accept.organization(), "", explanation(accept, own, facts.mailFromDomain()));
  }

  /** A gateway of the organization hands the mail in: its true source is asked once it is known. */
  private static boolean awaits(InboundFacts facts, String organization) {
    return facts.trueSource() instanceof TrueSource.Awaited awaited
        && awaited.gateway().organization().equals(organization);
  }

  /**
   * The accepted domain of the organization that MAIL FROM's domain is, or is below. The nearest
   * one decides: what is below another organization's domain is not ours.
   */
  private static @Nullable String ownDomain(
      Directory directory, String organization, @Nullable String sender, boolean subdomains) {
    if (sender == null) {
      return null;
    }
    for (String domain = sender; !domain.isEmpty(); domain = DomainNames.parent(domain)) {
      Optional<AcceptedDomain> accepted = directory.acceptedDomain(domain);
      if (accepted.isPresent() || !subdomains) {
        return accepted.filter(d -> d.getOrganization().equals(organization)).isPresent()
            ? domain
            : null;
      }
    }
    return null;
  }

  private static Explanation explanation(
      InboundDecision.Accept accept, String own, @Nullable String sender) {
    return accept.explanation().toBuilder()
        .addSteps(
            ExplanationStep.newBuilder()
                .setSubject("organization " + accept.organization())
                .setCondition(RecipientRefusal.REJECT_DIRECT_SEND)
                .setDetail(
                    sender
                        + (own.equals(sender) ? " is an" : " is below the")
                        + " accepted domain"
                        + (own.equals(sender) ? "" : " " + own)
                        + " of the organization, and none of its inbound connectors knows the"
                        + " client by certificate or address"))
        .setSummary(
            "Refused: rejectDirectSend of "
                + accept.organization()
                + ", and no connector knows the client by certificate or address")
        .build();
  }
}
