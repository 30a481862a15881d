package io.postern.delivery.route;

import io.postern.contracts.Reasons;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.destination.SlotRequest;
import io.postern.delivery.gate.TlsGate;
import io.postern.delivery.gate.TlsGate.Ruling.Refusal;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** What a next hop means for whoever goes to its hosts. Pure. */
public final class NextHopRules {
  private NextHopRules() {}

  /**
   * Domain validation without a domain to look for means the recipients' domain where the MX chose
   * the host (docs/design/connectors.md, "TLS levels"). Filled in first, so that it is part of the
   * {@link SessionKey}.
   */
  public static TlsRequirement complete(TlsRequirement requirement, NextHop hop) {
    if (requirement.getLevel() == TlsLevel.DOMAIN_VALIDATION
        && requirement.getTlsDomain().isEmpty()
        && !hop.getMxDomain().isEmpty()) {
      return requirement.toBuilder().setTlsDomain(hop.getMxDomain()).build();
    }
    return requirement;
  }

  /**
   * Why nobody is dialled: no connection can meet the requirement in this version, or a field that
   * is not known may say from where to dial, or as whom. Null: hosts may be.
   */
  public static @Nullable Refusal refusal(TlsRequirement requirement, NextHop hop) {
    Refusal unsupported = TlsGate.unsupported(requirement);
    if (unsupported != null) {
      return unsupported;
    }
    if (!hop.getUnknownFields().isEmpty()
        || hop.getSmartHostsList().stream().anyMatch(h -> !h.getUnknownFields().isEmpty())) {
      return undecidable(
          "the next hop has a field of a newer version of Postern, which this one cannot follow:"
              + " update delivery-service");
    }
    if (!hop.getCredentials().isEmpty() && hop.getSmartHostsCount() == 0) {
      return undecidable(
          "the next hop has credentials, which are sent only to smart hosts: use smartHosts, or "
              + "remove the credentials from the connector");
    }
    for (String source : hop.getSourceAddressesList()) {
      try {
        InetAddress.ofLiteral(source);
      } catch (IllegalArgumentException e) {
        return undecidable(
            "\"" + source + "\" is not a source address: correct the connector's sourceAddresses");
      }
    }
    return null;
  }

  private static Refusal undecidable(String detail) {
    return new Refusal(Reasons.UNDECIDABLE, detail);
  }

  /** What is asked of its destination. */
  public static SlotRequest slot(NextHop hop, String organization, String connector) {
    return SlotRequest.of(
        route(hop),
        organization,
        connector,
        new SlotRequest.Limits(hop.getMaxConnections(), hop.getMaxMessagesPerMinute()));
  }

  private static String route(NextHop hop) {
    if (!hop.getRoute().isEmpty()) {
      return hop.getRoute();
    }
    return hop.getSmartHostsCount() > 0 ? hop.getSmartHosts(0).getHost() : hop.getMxDomain();
  }
}
