package io.postern.rules;

import io.postern.contracts.v1.ConnectorMode;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.rules.address.DomainPattern;
import java.util.ArrayList;
import java.util.List;

/**
 * An outbound connector with its patterns parsed once per directory snapshot. Immutable; equal only
 * to itself.
 */
public final class OutboundEntry {
  public final OutboundConnector connector;
  public final String subject;
  public final List<DomainPattern> recipientDomains;

  public OutboundEntry(OutboundConnector connector) {
    this.connector = connector;
    this.subject = "outbound connector " + connector.getOrganization() + "/" + connector.getName();
    List<DomainPattern> patterns = new ArrayList<>(connector.getRecipientDomainsCount());
    for (String text : connector.getRecipientDomainsList()) {
      try {
        patterns.add(DomainPattern.parse(text));
      } catch (IllegalArgumentException e) {
        continue; // DirectoryRules refuses it; here it names no domain
      }
    }
    this.recipientDomains = patterns.stream().distinct().toList();
  }

  public String name() {
    return connector.getName();
  }

  public boolean onPremises() {
    return connector.getConnectorType() == ConnectorType.ON_PREMISES;
  }

  /** It takes mail. */
  public boolean inForce() {
    return connector.getEnabled() && !reportsOnly();
  }

  /** Decided and recorded as if it were in force (docs/guides/forced-tls-with-a-partner.md). */
  public boolean reportsOnly() {
    return connector.getEnabled() && connector.getMode() == ConnectorMode.REPORT_ONLY;
  }

  OutboundEntry enforced() {
    return reportsOnly()
        ? new OutboundEntry(connector.toBuilder().setMode(ConnectorMode.ENFORCE).build())
        : this;
  }

  /** Takes all that leaves the organization: centralized transport. */
  public boolean central() {
    return onPremises() && connector.getRouteAllMessagesViaOnPremises();
  }
}
