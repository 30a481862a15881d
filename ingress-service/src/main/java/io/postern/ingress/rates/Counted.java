package io.postern.ingress.rates;

import io.postern.ingress.bounds.SourceBound;
import io.postern.ingress.source.Source;
import io.postern.rules.recipients.LocalParts;
import io.postern.smtp.Address;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whose messages or recipients are counted. Immutable. Comparable for hash maps alone: a hijacked
 * server can invent thousands of senders with one hash, and all sessions wait for each look-up.
 *
 * @param organization of the connector; empty: of a network
 * @param connector empty: of a network
 * @param sender its mail by that connector alone; empty: all
 * @param network IPv4 /24 or IPv6 /48; null: of a connector
 */
record Counted(
    SourceBound bound,
    String organization,
    String connector,
    String sender,
    @Nullable Source network)
    implements Comparable<Counted> {

  /** A message counts once, however many recipients it has. */
  boolean ofMessages() {
    return bound == SourceBound.NETWORK_MESSAGES || bound == SourceBound.CONNECTOR_MESSAGES;
  }

  /** As metrics have it: network-messages, ... */
  String spelled() {
    return bound.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Quicker than the record's own, and on the way of each recipient. */
  @Override
  public int hashCode() {
    return 31 * (31 * connector.hashCode() + sender.hashCode())
        + (network == null ? bound.ordinal() : network.network().hashCode());
  }

  @Override
  public int compareTo(Counted other) {
    int order = sender.compareTo(other.sender);
    order = order != 0 ? order : connector.compareTo(other.connector);
    order = order != 0 ? order : organization.compareTo(other.organization);
    order = order != 0 ? order : bound.compareTo(other.bound);
    return order != 0 ? order : compare(network, other.network);
  }

  private static int compare(@Nullable Source one, @Nullable Source other) {
    return one == null || other == null
        ? Boolean.compare(one != null, other != null)
        : one.compareTo(other);
  }

  static Counted of(Source network) {
    return new Counted(SourceBound.NETWORK_MESSAGES, "", "", "", network);
  }

  static Counted of(SourceBound bound, String organization, String connector) {
    return new Counted(bound, organization, connector, "", null);
  }

  /** However the sender's address is spelt, as in lists of recipients. */
  static Counted of(String organization, String connector, Address sender) {
    String spelt = LocalParts.normal(sender.localPart()) + "@" + sender.asciiDomain();
    return new Counted(SourceBound.SENDER_RECIPIENTS, organization, connector, spelt, null);
  }
}
