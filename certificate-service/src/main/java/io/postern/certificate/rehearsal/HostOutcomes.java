package io.postern.certificate.rehearsal;

import com.google.protobuf.ByteString;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.anchors.RootOf;
import io.postern.certificate.rehearsal.Rehearsal.Outcome;
import io.postern.certificate.rehearsal.Rehearsal.Result;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.HandshakeSeen;
import io.postern.contracts.v1.OutboundConnector;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.security.auth.x500.X500Principal;

/**
 * Partners' hosts to which connectors present a certificate of ours as a client's: by what each
 * asked for in its newest recorded handshake (RFC 8446 §4.3.2): a certificate or none, signatures
 * that it verifies, authorities that it takes. Stateless.
 */
final class HostOutcomes {
  private HostOutcomes() {}

  /**
   * One for each host that is recorded of a connector, and one for a connector of which none is.
   *
   * @param connectors that present the old certificate
   * @param handshakes the newest last
   */
  static List<Outcome> of(
      Change change, List<OutboundConnector> connectors, List<HandshakeSeen> handshakes) {
    List<Outcome> outcomes = new ArrayList<>();
    for (OutboundConnector connector : connectors) {
      String key =
          DirectoryKeys.key(DirectoryObject.newBuilder().setOutboundConnector(connector).build());
      Collection<HandshakeSeen> hosts = newestOfEachHost(connector, handshakes);
      if (hosts.isEmpty()) {
        outcomes.add(unseen(change, key));
      }
      hosts.forEach(host -> outcomes.add(of(change, key + " (host " + host.getPeer() + ")", host)));
    }
    return outcomes;
  }

  private static Collection<HandshakeSeen> newestOfEachHost(
      OutboundConnector connector, List<HandshakeSeen> handshakes) {
    Map<String, HandshakeSeen> hosts = new LinkedHashMap<>();
    for (HandshakeSeen handshake : handshakes) {
      if (handshake.getAsClient()
          && handshake.getOrganization().equals(connector.getOrganization())
          && handshake.getConnector().equals(connector.getName())) {
        hosts.put(handshake.getPeer(), handshake);
      }
    }
    return hosts.values();
  }

  private static Outcome unseen(Change change, String concerns) {
    List<String> toAsk = new ArrayList<>();
    if (!change.keyAfter().equals(change.keyBefore())) {
      toAsk.add(
          "the key was "
              + change.keyBefore()
              + " and would be "
              + change.keyAfter()
              + ", and nobody has seen yet that its server can verify that: ask");
    }
    toAsk.addAll(change.toAskOfTrust());
    return Outcome.of(toAsk, concerns, "root, names and type of key stay");
  }

  private static Outcome of(Change change, String concerns, HandshakeSeen handshake) {
    LocalDate seen =
        LocalDate.ofInstant(Instant.ofEpochMilli(handshake.getLastSeenMillis()), ZoneOffset.UTC);
    if (!handshake.getCertificateAsked()) {
      return new Outcome(
          Result.OK, concerns, "it asked for no certificate in its newest handshake, of " + seen);
    }
    if (!Change.isVerifiedBy(handshake, change.keyAfter())) {
      return new Outcome(
          Result.FAILS,
          concerns,
          "by its newest handshake, of "
              + seen
              + ", it cannot verify a certificate with a key of type "
              + change.keyAfter());
    }
    Set<X500Principal> taken = authorities(handshake);
    boolean takesNew = takes(taken, change.rootAfter());
    if (!takesNew && !handshake.getAuthoritiesCut() && takes(taken, change.rootBefore())) {
      return new Outcome(
          Result.FAILS,
          concerns,
          "it names the authorities of which it takes certificates ("
              + taken.size()
              + ", by its newest handshake, of "
              + seen
              + "): an issuer of the old one is among them, and none of the new one: "
              + change.rootAfter().name());
    }
    List<String> toAsk = new ArrayList<>(change.toAskOfCurve(change.before().getFirst()));
    toAsk.addAll(takesNew ? change.toAskOfNames() : change.toAskOfTrust());
    return Outcome.of(
        toAsk,
        concerns,
        takesNew
            ? "names stay, and by its newest handshake it verifies such a key and takes certificates"
                + " of this issuer"
            : "root and names stay, and by its newest handshake it verifies such a key");
  }

  private static Set<X500Principal> authorities(HandshakeSeen handshake) {
    return handshake.getAuthoritiesList().stream()
        .map(ByteString::toByteArray)
        .map(X500Principal::new)
        .collect(Collectors.toSet());
  }

  private static boolean takes(Set<X500Principal> authorities, RootOf chain) {
    return chain.way().stream().map(ParsedCertificate::issuer).anyMatch(authorities::contains);
  }
}
