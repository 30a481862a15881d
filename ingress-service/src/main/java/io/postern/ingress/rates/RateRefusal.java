package io.postern.ingress.rates;

import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.ingress.rcpt.Refusal;
import io.postern.rules.inbound.InboundDecision;

/**
 * The refusal of a recipient that would exceed a rate: 451 in the words of Exchange's throttling
 * (4.7.500 to 4.7.699), so that the client's queue keeps it and tries again. The session goes on,
 * since others of its messages may be allowed. The reply names no connector and no sender, the
 * explanation does; a sender's own count has a record of its own.
 */
final class RateRefusal {
  private RateRefusal() {}

  /**
   * @param client its address, for the reply
   */
  static Refusal of(Rate rate, String client) {
    Counted of = rate.of();
    String[] reply = of.bound().reply().split(" ", 2);
    String field = of.bound().setting();
    String counted = of.ofMessages() ? "messages" : "recipients";
    String whose = of.sender().isEmpty() ? "" : " of " + of.sender();
    String subject =
        of.network() == null
            ? "inbound connector " + of.organization() + "/" + of.connector()
            : "network " + of.network();
    Explanation explanation =
        Explanation.newBuilder()
            .setOrganization(of.organization())
            .addSteps(
                ExplanationStep.newBuilder()
                    .setSubject(subject)
                    .setCondition(field)
                    .setDetail(
                        rate.perMinute()
                            + " "
                            + counted
                            + whose
                            + " arrived within a minute at this replica of ingress-service"))
            .setSummary(
                "Refused temporarily: the rate " + field + " of " + subject + " is exceeded")
            .build();
    String text =
        "Server busy. Please try again later from [%s]: %d %s per minute is the limit of %s"
            .formatted(client, rate.perMinute(), counted, limited(of));
    return Refusal.of(
        new InboundDecision.Refuse(
            Integer.parseInt(reply[0]),
            reply[1],
            text,
            "rate",
            of.organization(),
            of.connector(),
            "",
            explanation),
        of.sender());
  }

  private static String limited(Counted of) {
    return of.network() != null
        ? "your network"
        : of.sender().isEmpty() ? "your server" : "this sender";
  }
}
