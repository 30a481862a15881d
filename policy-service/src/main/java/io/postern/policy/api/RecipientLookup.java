package io.postern.policy.api;

import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.contracts.v1.RequireTls;
import io.postern.rules.Directory;
import io.postern.rules.OutboundMail;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.RecipientRules;
import io.postern.rules.outbound.OutboundDecision;
import io.postern.rules.outbound.OutboundRules;
import io.postern.smtp.Address;
import java.util.ArrayList;
import java.util.List;

/** The answers of ingress and decider about one address of an accepted domain. Pure. */
final class RecipientLookup {
  private RecipientLookup() {}

  static RecipientsResource.RecipientView of(
      Directory directory, AcceptedDomain domain, Address recipient) {
    InboundDecision.Accept anybody =
        new InboundDecision.Accept(
            domain.getOrganization(),
            "",
            Direction.INCOMING,
            "",
            "",
            new byte[0],
            Explanation.getDefaultInstance());
    InboundDecision decision =
        RecipientRules.decide(directory, anybody, recipient.localPart(), recipient.asciiDomain());
    OutboundDecision next =
        OutboundRules.decide(
            directory,
            new OutboundMail(
                domain.getOrganization(),
                Direction.INCOMING,
                "",
                recipient.localPart(),
                recipient.asciiDomain(),
                RequireTls.REQUIRE_TLS_UNSPECIFIED,
                false,
                null));
    List<String> why = new ArrayList<>();
    if (decision instanceof InboundDecision.Refuse refusal) {
      why.add(refusal.code() + " " + refusal.enhanced() + " " + refusal.text());
      refusal.explanation().getStepsList().forEach(step -> why.add(text(step)));
    }
    next.explanation().getStepsList().stream()
        .filter(ExplanationStep::getMatched)
        .forEach(step -> why.add(text(step)));
    return new RecipientsResource.RecipientView(
        recipient.toString(),
        decision == anybody,
        RecipientRules.isListed(directory, domain, recipient.localPart()),
        why,
        next.explanation().getSummary());
  }

  private static String text(ExplanationStep step) {
    return step.getSubject() + ": " + step.getCondition() + ": " + step.getDetail();
  }
}
