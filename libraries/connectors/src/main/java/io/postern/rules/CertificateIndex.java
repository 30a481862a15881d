package io.postern.rules;

import io.postern.names.CertificateNames;
import io.postern.names.DomainNames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The on-premises connectors of all organizations by tlsSenderCertificateName. A look-up costs a
 * hash probe for each label of a presented name at most. Filled by one thread, then only read.
 */
public final class CertificateIndex {
  /** By the connector's name as it stands, wildcards included. */
  private final Map<String, List<InboundEntry>> byName = new HashMap<>();

  /** Connectors with an exact name, by the wildcard name that would match it. */
  private final Map<String, List<InboundEntry>> byCovering = new HashMap<>();

  /** The labels of the longest wildcard name: a longer part of a presented name finds nothing. */
  private int deepest;

  void add(InboundEntry entry) {
    String name = entry.certificateName;
    byName.computeIfAbsent(name, n -> new ArrayList<>()).add(entry);
    if (entry.isWildcard()) {
      deepest = Math.max(deepest, labels(name));
    } else {
      byCovering
          .computeIfAbsent("*." + DomainNames.parent(name), n -> new ArrayList<>())
          .add(entry);
    }
  }

  /** All that a presented name fits as {@link CertificateNames#fits} says. */
  public List<InboundEntry> find(String presented) {
    List<InboundEntry> found = new ArrayList<>(1);
    boolean wildcard = presented.startsWith("*.");
    found.addAll(
        wildcard
            ? byCovering.getOrDefault(presented, List.of())
            : byName.getOrDefault(presented, List.of()));
    String domain = wildcard ? presented.substring(2) : presented;
    for (int labels = labels(domain); !domain.isEmpty(); labels--) {
      if (labels < deepest) {
        found.addAll(byName.getOrDefault("*." + domain, List.of()));
      }
      domain = DomainNames.parent(domain);
    }
    found.removeIf(entry -> !CertificateNames.fits(entry.certificateName, presented));
    return found;
  }

  private static int labels(String name) {
    int labels = 1;
    for (int i = 0; i < name.length(); i++) {
      labels += name.charAt(i) == '.' ? 1 : 0;
    }
    return labels;
  }
}
