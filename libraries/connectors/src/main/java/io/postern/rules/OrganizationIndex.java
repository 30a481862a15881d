package io.postern.rules;

import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RoutingRule;
import io.postern.rules.address.DomainIndex;
import io.postern.rules.address.HostName;
import io.postern.rules.address.IpIndex;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One organization's connectors, found without looking at each. Immutable once built. */
public final class OrganizationIndex {
  static final OrganizationIndex EMPTY = new OrganizationIndex(List.of(), List.of(), List.of());

  /** All, by name. */
  public final List<InboundEntry> inbound;

  private final Map<String, InboundEntry> inboundByName = new HashMap<>();

  public final List<OutboundEntry> outbound;

  /** All, in the order in which they are tried. */
  public final List<RoutingEntry> rules;

  /** Enabled ones only, in the order in which they are tried. */
  public final DomainIndex<InboundEntry> partners = new DomainIndex<>();

  final List<InboundEntry> onPremises = new ArrayList<>();

  /** On-premises connectors that are found by certificate. */
  final List<InboundEntry> onPremisesByCertificate = new ArrayList<>();

  /** On-premises connectors that are found by address, not by certificate. */
  public final IpIndex<InboundEntry> onPremisesByAddress = new IpIndex<>();

  /** Enabled ones whose client is a gateway, in the order in which they are tried. */
  public final List<InboundEntry> gateways = new ArrayList<>();

  public final DomainIndex<OutboundEntry> byRecipientDomain = new DomainIndex<>();
  public final DomainIndex<OutboundEntry> onPremisesByRecipientDomain = new DomainIndex<>();
  public final List<OutboundEntry> forAllAcceptedDomains = new ArrayList<>();
  public final List<OutboundEntry> forAllMessages = new ArrayList<>();

  private final boolean reports;
  private volatile @Nullable AddressOverlaps overlaps;
  private volatile @Nullable Map<String, Boolean> hosts;

  OrganizationIndex(
      List<InboundEntry> inbound, List<OutboundEntry> outbound, List<RoutingEntry> rules) {
    reports =
        inbound.stream().anyMatch(InboundEntry::reportsOnly)
            || outbound.stream().anyMatch(OutboundEntry::reportsOnly)
            || rules.stream().anyMatch(RoutingEntry::reportsOnly);
    this.rules = rules.stream().sorted(RoutingEntry.ORDER).toList();
    this.inbound = inbound.stream().sorted(Comparator.comparing(InboundEntry::name)).toList();
    this.outbound = outbound.stream().sorted(Comparator.comparing(OutboundEntry::name)).toList();
    inbound.stream().sorted(InboundEntry.ORDER).forEach(this::addInbound);
    this.outbound.stream().filter(OutboundEntry::inForce).forEach(this::addOutbound);
  }

  /** Of these connectors: this one where they are the very same objects, else another one. */
  OrganizationIndex with(
      List<InboundConnector> inboundConnectors,
      List<OutboundConnector> outboundConnectors,
      List<RoutingRule> routingRules) {
    return has(inboundConnectors, outboundConnectors)
            && same(
                rules.stream().map(entry -> entry.rule).toList(),
                routingRules.stream().sorted(RoutingEntry.RULES).toList())
        ? this
        : new OrganizationIndex(
            inboundConnectors.stream().map(InboundEntry::new).toList(),
            outboundConnectors.stream().map(OutboundEntry::new).toList(),
            routingRules.stream().map(RoutingEntry::new).toList());
  }

  private boolean has(
      List<InboundConnector> inboundConnectors, List<OutboundConnector> outboundConnectors) {
    return inbound.size() == inboundConnectors.size()
        && outbound.size() == outboundConnectors.size()
        && same(
            inbound.stream().map(entry -> entry.connector).toList(),
            inboundConnectors.stream()
                .sorted(Comparator.comparing(InboundConnector::getName))
                .toList())
        && same(
            outbound.stream().map(entry -> entry.connector).toList(),
            outboundConnectors.stream()
                .sorted(Comparator.comparing(OutboundConnector::getName))
                .toList());
  }

  @SuppressWarnings("ReferenceEquality") // equality would cost what this saves
  private static boolean same(List<?> these, List<?> those) {
    if (these.size() != those.size()) {
      return false;
    }
    for (int i = 0; i < these.size(); i++) {
      if (these.get(i) != those.get(i)) {
        return false;
      }
    }
    return true;
  }

  /** Some connector only reports. */
  boolean reports() {
    return reports;
  }

  /** With the connectors that only report as if they were in force. */
  OrganizationIndex enforced() {
    return new OrganizationIndex(
        inbound.stream().map(InboundEntry::enforced).toList(),
        outbound.stream().map(OutboundEntry::enforced).toList(),
        rules.stream().map(RoutingEntry::enforced).toList());
  }

  /** Null: none, enabled or not. */
  public @Nullable OutboundEntry outbound(String name) {
    return outbound.stream().filter(entry -> entry.name().equals(name)).findFirst().orElse(null);
  }

  /** Of the enabled inbound connectors. Made when it is first asked for: decisions need none. */
  public AddressOverlaps overlaps() {
    AddressOverlaps made = overlaps;
    if (made == null) {
      made =
          new AddressOverlaps(
              inbound.stream().filter(entry -> entry.connector.getEnabled()).toList());
      overlaps = made; // two threads may make it, and make the same
    }
    return made;
  }

  /**
   * The hosts of all outbound connectors; true: of an on-premises one, to which mail of the
   * organization is delivered. Made when it is first asked for, by who judges a new next hop.
   */
  public Map<String, Boolean> hosts() {
    Map<String, Boolean> made = hosts;
    if (made == null) {
      made = new HashMap<>();
      for (OutboundEntry entry : outbound) {
        for (NextHopHost host : entry.connector.getSmartHostsList()) {
          made.merge(HostName.normal(host.getHost()), entry.onPremises(), Boolean::logicalOr);
        }
      }
      hosts = made; // two threads may make it, and make the same
    }
    return made;
  }

  /** Null: none, enabled or not. */
  public @Nullable InboundEntry inbound(String name) {
    return inboundByName.get(name);
  }

  private void addInbound(InboundEntry entry) {
    inboundByName.put(entry.name(), entry);
    if (entry.isGateway() && entry.inForce()) {
      gateways.add(entry);
    }
    if (entry.usable(ConnectorType.PARTNER)) {
      entry.senderDomains.forEach(pattern -> partners.add(pattern, entry));
    } else if (entry.usable(ConnectorType.ON_PREMISES)) {
      onPremises.add(entry);
      if (entry.certificateName.isEmpty()) {
        entry.ranges.forEach(range -> onPremisesByAddress.add(range, entry));
      } else {
        onPremisesByCertificate.add(entry);
      }
    }
  }

  private void addOutbound(OutboundEntry entry) {
    if (entry.connector.getIsTransportRuleScoped()) {
      return; // only a rule gives it mail
    }
    entry.recipientDomains.forEach(pattern -> byRecipientDomain.add(pattern, entry));
    if (entry.onPremises()) {
      entry.recipientDomains.forEach(pattern -> onPremisesByRecipientDomain.add(pattern, entry));
      if (entry.connector.getAllAcceptedDomains()) {
        forAllAcceptedDomains.add(entry);
      }
      if (entry.connector.getRouteAllMessagesViaOnPremises()) {
        forAllMessages.add(entry);
      }
    }
  }
}
