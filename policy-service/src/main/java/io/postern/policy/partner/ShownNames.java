package io.postern.policy.partner;

import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.DirectoryProblem;
import io.postern.contracts.v1.InboundConnector;
import io.postern.names.CertificateNames;
import io.postern.rules.Directory;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Warnings about connectors that begin to ask for another certificate name than their partners
 * showed in the last week (docs/reference/warnings.md). Handshakes are recorded with the first name
 * of a certificate alone, and with the connector that it matched: a name that stays is never warned
 * of. Any thread; blocks 5 s at most, at the first question alone.
 */
@Singleton
public class ShownNames {
  private static final Duration LATELY = Duration.ofDays(7);
  private static final int MOST_NAMES = 5;

  private final SeenPeers peers;

  ShownNames(SeenPeers peers) {
    this.peers = peers;
  }

  /**
   * Of the inbound connectors among the objects; a removed one has none.
   *
   * @param before the directory without the change
   */
  public List<DirectoryProblem> warnings(
      Directory before, Collection<DirectoryObject> objects, Instant now) {
    List<DirectoryObject> asking =
        objects.stream()
            .filter(object -> !object.getRemoved() && object.hasInboundConnector())
            .filter(object -> !wanted(object).isEmpty())
            .filter(
                object ->
                    before
                        .object(DirectoryKeys.key(object))
                        .filter(had -> wanted(had).equals(wanted(object)))
                        .isEmpty())
            .toList();
    if (asking.isEmpty()) {
      return List.of();
    }
    Map<SeenPeers.Connector, Set<String>> shown = peers.namesSince(now.minus(LATELY));
    List<DirectoryProblem> warnings = new ArrayList<>();
    for (DirectoryObject object : asking) {
      InboundConnector connector = object.getInboundConnector();
      Set<String> names =
          shown.getOrDefault(
              new SeenPeers.Connector(connector.getOrganization(), connector.getName()), Set.of());
      String wanted = wanted(object);
      if (!names.isEmpty() && !CertificateNames.matches(wanted, names)) {
        warnings.add(
            DirectoryProblem.newBuilder()
                .setObject(DirectoryKeys.key(object))
                .setField("tlsSenderCertificateName")
                .setProblem(
                    "in the last week the servers of this connector showed "
                        + String.join(", ", names.stream().limit(MOST_NAMES).toList())
                        + " as the first names of their certificates, and not "
                        + wanted)
                .setCure("ask the partner, try it with what-if, or begin with mode: reportOnly")
                .build());
      }
    }
    return warnings;
  }

  private static String wanted(DirectoryObject object) {
    return object.getInboundConnector().getTlsSenderCertificateName();
  }
}
