package io.postern.rules.inbound;

import io.postern.rules.InboundEntry;
import io.postern.rules.address.IpAddress;
import io.postern.rules.gateway.TrueSource;
import org.jspecify.annotations.Nullable;

/**
 * The address by which a partner connector's {@code restrictDomainsToIPAddresses} is met: the
 * client's, as without a gateway, or else the true source's where the mail comes through a gateway
 * of the organization. So a gateway never makes less be accepted, and more only by an address that
 * the connector names.
 *
 * @param met one of them is in senderIPAddresses, or the true source is still awaited
 * @param range the entry that it is in; empty: none
 * @param detail the sentence for the trail
 */
record SourceAddress(boolean met, String range, String detail) {
  static SourceAddress of(InboundFacts facts, @Nullable IpAddress client, InboundEntry entry) {
    SourceAddress connected = ofClient(facts, client, entry);
    TrueSource source = facts.trueSource();
    if (connected.met()
        || source == null
        || !source.gateway().organization().equals(entry.organization())) {
      return connected;
    }
    return switch (source) {
      case TrueSource.Awaited awaited ->
          new SourceAddress(
              true, "", "the true source decides after the header section has been " + "received");
      case TrueSource.Found found ->
          of("the true source " + found.address(), entry.rangeOf(IpAddress.parse(found.address())));
      case TrueSource.Unknown unknown ->
          new SourceAddress(
              false,
              "",
              connected.detail() + ", and the true source is unknown: " + unknown.whyNot());
    };
  }

  /** Only the client's, whatever is behind it. */
  static SourceAddress ofClient(
      InboundFacts facts, @Nullable IpAddress client, InboundEntry entry) {
    return of("the client's address " + facts.clientIp(), entry.rangeOf(client));
  }

  private static SourceAddress of(String subject, String range) {
    return range.isEmpty()
        ? new SourceAddress(false, "", subject + " is not in senderIPAddresses")
        : new SourceAddress(true, range, subject + " is in " + range);
  }
}
