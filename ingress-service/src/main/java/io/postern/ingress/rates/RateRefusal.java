package io.postern.ingress.rates;

import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.ExplanationStep;
import io.postern.ingress.rcpt.Refusal;
import io.postern.ingress.source.Source;
import io.postern.rules.inbound.InboundDecision;
import java.net.Inet4Address;

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
    return switch (rate.of().kind()) {
      case NETWORK_MESSAGES ->
          of(
              rate,
              client,
              451,
              "4.7.500",
              "messages per minute is the limit of your network",
              "postern.ingress.max-messages-per-minute-per-network");
      case CONNECTOR_MESSAGES ->
          of(
              rate,
              client,
              451,
              "4.7.501",
              "messages per minute is the limit of your server",
              "maxMessagesPerMinute");
      case CONNECTOR_RECIPIENTS ->
          of(
              rate,
              client,
              451,
              "4.7.502",
              "recipients per minute is the limit of your server",
              "maxRecipientsPerMinute");
      case SENDER_RECIPIENTS ->
          of(
              rate,
              client,
              451,
              "4.7.503",
              "recipients per minute is the limit of this sender",
              "maxRecipientsPerMinutePerSender");
    };
  }

  private static Refusal of(
      Rate rate, String client, int code, String enhanced, String limit, String field) {
    Counted of = rate.of();
    String subject =
        of.network() == null
            ? "inbound connector " + of.organization() + "/" + of.connector()
            : "network " + text(of.network());
    String whose = of.sender().isEmpty() ? "" : " of " + of.sender();
    Explanation explanation =
        Explanation.newBuilder()
            .setOrganization(of.organization())
            .addSteps(
                ExplanationStep.newBuilder()
                    .setSubject(subject)
                    .setCondition(field)
                    .setDetail(
                        rate.perMinute()
                            + (of.kind().ofMessages() ? " messages" : " recipients")
                            + whose
                            + " arrived within a minute at this replica of ingress-service"))
            .setSummary(
                "Refused temporarily: the rate " + field + " of " + subject + " is exceeded")
            .build();
    String text =
        "Server busy. Please try again later from ["
            + client
            + "]: "
            + rate.perMinute()
            + " "
            + limit;
    return Refusal.of(
        new InboundDecision.Refuse(
            code, enhanced, text, "rate", of.organization(), of.connector(), "", explanation),
        of.sender());
  }

  private static String text(Source network) {
    return network.network().getHostAddress()
        + (network.network() instanceof Inet4Address ? "/24" : "/48");
  }
}
