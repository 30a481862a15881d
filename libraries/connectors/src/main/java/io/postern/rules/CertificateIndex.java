package io.postern.rules;

import io.postern.names.CertificateNames;
import io.postern.names.DomainNames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The on-premises connectors of all organizations by tlsSenderCertificateName. A look-up costs a
 * few hash probes a presented name. Filled by one thread, then only read.
 */
final class CertificateIndex {
  /** By the connector's name as it stands, wildcards included. */
  private final Map<String, List<InboundEntry>> byName = new HashMap<>();

  /** Connectors with an exact name, by the wildcard name that would match it. */
  private final Map<String, List<InboundEntry>> byCovering = new HashMap<>();

  void add(InboundEntry entry) {
    String name = entry.certificateName;
    byName.computeIfAbsent(name, n -> new ArrayList<>()).add(entry);
    if (!name.startsWith("*.")) {
      byCovering
          .computeIfAbsent("*." + DomainNames.parent(name), n -> new ArrayList<>())
          .add(entry);
    }
  }

  /** All whose name matches the presented one as {@link CertificateNames#matches} says. */
  List<InboundEntry> find(String presented) {
    List<InboundEntry> found = new ArrayList<>(1);
    found.addAll(byName.getOrDefault(presented, List.of()));
    if (presented.startsWith("*.")) {
      found.addAll(byCovering.getOrDefault(presented, List.of()));
    } else {
      found.addAll(byName.getOrDefault("*." + DomainNames.parent(presented), List.of()));
    }
    found.removeIf(entry -> !CertificateNames.matches(entry.certificateName, presented));
    return found;
  }
}
