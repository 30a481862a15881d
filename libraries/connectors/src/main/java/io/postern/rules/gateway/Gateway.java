package io.postern.rules.gateway;

import io.postern.contracts.v1.InboundConnector;
import io.postern.rules.InboundEntry;
import io.postern.rules.address.SkipList;
import java.util.List;

/**
 * A host that relays an organization's mail to us, as the inbound connector that it came by says
 * with {@code efSkipLastIP} or {@code efSkipIPs} (docs/guides/gateways.md). Immutable, any thread.
 */
public final class Gateway {
  /** Received fields that are looked at: the hosts of one gateway, with room. */
  public static final int MOST_HOPS = 30;

  private final InboundEntry entry;
  private final List<String> inScope;

  /**
   * @param inScope the partner connectors that decide about the recipient
   */
  public Gateway(InboundEntry entry, List<InboundEntry> inScope) {
    this.entry = entry;
    this.inScope = inScope.stream().map(InboundEntry::name).toList();
  }

  /** By which it comes. */
  public InboundConnector connector() {
    return entry.connector;
  }

  /** efSkipLastIP or efSkipIPs. */
  public String rule() {
    return entry.connector.getEfSkipLastIp() ? "efSkipLastIP" : "efSkipIPs";
  }

  public String organization() {
    return entry.organization();
  }

  public String subject() {
    return entry.subject;
  }

  boolean skipsLastAlone() {
    return entry.connector.getEfSkipLastIp();
  }

  SkipList skipList() {
    return entry.skipList;
  }

  /** The group's or decision's connector is the one by which the gateway comes. */
  public boolean isOf(String organization, String connector) {
    return entry.organization().equals(organization) && entry.name().equals(connector);
  }

  /** The same connector of the same organization. */
  public boolean isSameAs(Gateway other) {
    return isOf(other.organization(), other.entry.name());
  }

  /** Whether efUsers names the recipient, or nobody: then all are meant. */
  public boolean isFor(String recipient) {
    return entry.efUsers.isEmpty() || entry.efUsers.contains(InboundEntry.normal(recipient));
  }

  /**
   * Whether the same connectors decide about the recipients of both, so that one reply to the
   * message is right for both.
   */
  public boolean decidesAsFor(Gateway other) {
    return isSameAs(other) && inScope.equals(other.inScope);
  }
}
