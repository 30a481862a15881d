package io.postern.rules.inbound;

import io.postern.contracts.v1.ConnectorType;
import io.postern.rules.Condition;
import io.postern.rules.InboundEntry;
import io.postern.rules.Trail;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * An organization's inbound connectors that decided nothing, each with the condition on which it
 * failed, for the trail. While they are few all are added; of many only a count, since the
 * explanation travels with the message. One decision, one thread.
 */
final class UnmatchedConnectors {
  static final String AMBIGUOUS =
      "the certificate matches connectors of several organizations equally well, so it identifies "
          + "none of them";

  private static final int FEW = 16;

  private final InboundConditions conditions;
  private final boolean ambiguous;
  private final Set<InboundEntry> excluded = Collections.newSetFromMap(new IdentityHashMap<>());

  /**
   * @param ambiguous the certificate fits connectors of several organizations
   */
  UnmatchedConnectors(InboundConditions conditions, boolean ambiguous) {
    this.conditions = conditions;
    this.ambiguous = ambiguous;
  }

  /** This connector's step stands in the trail already. */
  void exclude(InboundEntry entry) {
    excluded.add(entry);
  }

  /** Adds all others of the organization. */
  void addTo(Trail trail, String organization) {
    List<InboundEntry> all = conditions.directory.index(organization).inbound;
    if (all.size() > FEW) {
      trail.alsoFailed(all.size() - excluded.size());
      return;
    }
    for (InboundEntry entry : all) {
      if (!excluded.contains(entry)) {
        add(trail, entry);
      }
    }
  }

  private void add(Trail trail, InboundEntry entry) {
    Condition unmet = conditions.outOfScope(entry);
    if (unmet != null) {
      trail.failed(entry.subject, unmet);
    } else if (ambiguous
        && entry.usable(ConnectorType.ON_PREMISES)
        && !entry.certificateName.isEmpty()) {
      trail.failed(entry.subject, "tlsSenderCertificateName", AMBIGUOUS);
    } else {
      trail.failed(entry.subject, "precedence", "a connector before it decided");
    }
  }
}
