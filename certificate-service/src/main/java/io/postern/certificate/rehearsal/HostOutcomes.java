package io.postern.certificate.rehearsal;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.rehearsal.Rehearsal.Outcome;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.HostSeen;
import io.postern.contracts.v1.OutboundConnector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Partners' hosts to which connectors present a certificate of ours as a client's, by their
 * requests. A host may be several machines with different requests: all kinds of its last days are
 * looked at, and the worst counts. Stateless.
 */
final class HostOutcomes {
  private static final long LAST_DAYS = Duration.ofDays(2).toMillis();

  private HostOutcomes() {}

  /**
   * One for each host that is recorded of a connector, and one for a connector of which none is.
   *
   * @param ours leaves that we present or have presented
   * @param connectors that present the old certificate
   * @param seen the newest last
   */
  static List<Outcome> of(
      Change change,
      List<ParsedCertificate> ours,
      List<OutboundConnector> connectors,
      List<HostSeen> seen) {
    Map<String, ParsedCertificate> presentable = new HashMap<>();
    ours.forEach(leaf -> presentable.put(Fingerprints.hex(leaf.fingerprint()), leaf));
    List<Outcome> outcomes = new ArrayList<>();
    for (OutboundConnector connector : connectors) {
      String key =
          DirectoryKeys.key(DirectoryObject.newBuilder().setOutboundConnector(connector).build());
      Map<String, List<HostSeen>> hosts = hosts(connector, seen);
      if (hosts.isEmpty()) {
        outcomes.add(unseen(change, key));
      }
      hosts.forEach(
          (host, kinds) ->
              outcomes.add(worst(change, presentable, key + " (host " + host + ")", kinds)));
    }
    return outcomes;
  }

  private static Map<String, List<HostSeen>> hosts(
      OutboundConnector connector, List<HostSeen> seen) {
    Map<String, List<HostSeen>> hosts = new LinkedHashMap<>();
    for (HostSeen each : seen) {
      if (each.getOrganization().equals(connector.getOrganization())
          && each.getConnector().equals(connector.getName())) {
        hosts.computeIfAbsent(each.getHost(), _ -> new ArrayList<>()).add(each);
      }
    }
    return hosts;
  }

  private static Outcome worst(
      Change change,
      Map<String, ParsedCertificate> presentable,
      String concerns,
      List<HostSeen> kinds) {
    long since = kinds.getLast().getLastSeenMillis() - LAST_DAYS;
    return kinds.reversed().stream()
        .filter(kind -> kind.getLastSeenMillis() >= since)
        .map(
            kind ->
                new HostOutcome(
                        change,
                        presentable.get(
                            Fingerprints.hex(kind.getPresentedFingerprint().toByteArray())),
                        concerns,
                        kind)
                    .outcome())
        .max(Comparator.comparing(Outcome::result))
        .orElseThrow();
  }

  private static Outcome unseen(Change change, String concerns) {
    List<String> toAsk = new ArrayList<>();
    if (!change.keyAfter().equals(change.keyBefore())) {
      toAsk.add(
          "the key was %s and would be %s, and no handshake has shown yet that its server can verify"
                  .formatted(change.keyBefore(), change.keyAfter())
              + " that: ask");
    }
    toAsk.addAll(change.toAskOfTrust());
    return Outcome.of(toAsk, concerns, "root, names and type of key stay");
  }
}
