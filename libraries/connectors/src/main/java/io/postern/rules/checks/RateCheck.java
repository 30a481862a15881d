package io.postern.rules.checks;

import io.postern.contracts.v1.InboundConnector;

/** The checks of an inbound connector's rates (docs/guides/rate-limits.md). */
final class RateCheck {
  private RateCheck() {}

  static void check(InboundConnector connector, Findings findings) {
    rate("maxMessagesPerMinute", connector.getMaxMessagesPerMinute(), connector, findings);
    rate("maxRecipientsPerMinute", connector.getMaxRecipientsPerMinute(), connector, findings);
    rate(
        "maxRecipientsPerMinutePerSender",
        connector.getMaxRecipientsPerMinutePerSender(),
        connector,
        findings);
  }

  private static void rate(String field, int rate, InboundConnector connector, Findings findings) {
    findings.addIf(
        rate > 0
            && connector.getSenderIpAddressesCount() == 0
            && connector.getTlsSenderCertificateName().isEmpty(),
        field,
        "the connector's clients are not authenticated, so any client could exhaust its rate",
        "set its tlsSenderCertificateName, or its senderIPAddresses with "
            + "restrictDomainsToIPAddresses: true; clients that no connector authenticates are "
            + "limited by postern.ingress.max-messages-per-minute-per-network");
  }
}
