package io.postern.policy.whatif;

import io.postern.policy.whatif.Difference.Sample;
import io.postern.policy.whatif.Tally.Group;
import io.postern.rules.outbound.OutboundDecision;
import io.postern.rules.outbound.RequirementComparison;
import java.util.Optional;

/**
 * The ways out of one recipient's mail, by the directory in force and by the draft. One thread.
 *
 * @param domain the recipient's
 * @param count recipients that it stands for
 */
record OutboundComparison(String organization, String domain, Sample sample, long count) {
  void compare(OutboundDecision now, OutboundDecision draft, Tally tally) {
    if (now instanceof OutboundDecision.Deliver before
        && draft instanceof OutboundDecision.Deliver after) {
      if (!before.connector().equals(after.connector())
          || !before.nextHop().getRoute().equals(after.nextHop().getRoute())) {
        differs("otherWay", "", now, draft, tally);
      }
      Optional<String> lower =
          RequirementComparison.looserRespect(before.requirement(), after.requirement());
      Optional<String> higher =
          RequirementComparison.looserRespect(after.requirement(), before.requirement());
      if (lower.isPresent()) {
        differs("requirementLowered", lower.get(), now, draft, tally);
      } else if (higher.isPresent()) {
        differs("requirementRaised", higher.get(), now, draft, tally);
      }
    } else if (now instanceof OutboundDecision.Deliver) {
      differs("deliveredToHeld", draft.reason(), now, draft, tally);
    } else if (draft instanceof OutboundDecision.Deliver) {
      differs("heldToDelivered", now.reason(), now, draft, tally);
    }
  }

  private void differs(
      String kind, String rule, OutboundDecision now, OutboundDecision draft, Tally tally) {
    tally.differs(
        new Group(kind, organization, domain, now.connector(), draft.connector(), rule),
        count,
        sample);
  }
}
