package io.postern.certificate.rehearsal;

import io.postern.certificate.rehearsal.Rehearsal.Outcome;
import io.postern.certificate.rehearsal.Rehearsal.Result;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.HandshakeSeen;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.rules.CertificateNames;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Partners that see a certificate of ours: as a server's in their recorded handshakes, as a
 * client's by the connectors that present it. What they trust is not known here; what their
 * software can verify and what they ask for is. Stateless.
 */
final class PartnerOutcomes {
  private PartnerOutcomes() {}

  /**
   * Of the handshakes in which the old certificate was presented the newest of each partner.
   *
   * @param handshakes the newest last
   */
  static List<Outcome> ofServer(Change change, List<HandshakeSeen> handshakes) {
    String old = Fingerprints.hex(change.before().getFirst().fingerprint());
    List<Outcome> outcomes = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (HandshakeSeen handshake : handshakes.reversed()) {
      String partner =
          (handshake.getPeer().isEmpty() ? "an unproved peer" : "partner " + handshake.getPeer())
              + " ("
              + handshake.getOrganization()
              + " / "
              + handshake.getConnector()
              + ")";
      String presented = Fingerprints.hex(handshake.getPresentedFingerprint().toByteArray());
      if (presented.equals(old) && seen.add(partner + " " + handshake.getServerName())) {
        outcomes.add(ofServer(change, handshake, partner));
      }
    }
    return outcomes;
  }

  private static Outcome ofServer(Change change, HandshakeSeen handshake, String partner) {
    boolean verifies =
        change.keyAfter().equals("EC") ? handshake.getVerifiesEcdsa() : handshake.getVerifiesRsa();
    if (!verifies) {
      return new Outcome(
          Result.FAILS,
          partner,
          "its software cannot verify a certificate with a key of type " + change.keyAfter());
    }
    String asked = handshake.getServerName();
    boolean had = CertificateNames.matches(asked, change.namesBefore());
    if (had && !CertificateNames.matches(asked, change.namesAfter())) {
      return new Outcome(
          Result.FAILS,
          partner,
          "it asks for " + asked + ", a name that the new certificate does not have");
    }
    return trust(change, partner);
  }

  /** Connectors that present the old certificate to a partner's server. */
  static List<Outcome> ofClient(Change change, List<OutboundConnector> connectors) {
    return connectors.stream()
        .map(
            connector ->
                trust(
                    change,
                    DirectoryKeys.key(
                        DirectoryObject.newBuilder().setOutboundConnector(connector).build())))
        .toList();
  }

  private static Outcome trust(Change change, String concerns) {
    if (!change.sameRoot()) {
      return new Outcome(
          Result.CHECK,
          concerns,
          "it must trust another root, if it validates: " + Change.root(change.after()));
    }
    if (!change.namesLost().isEmpty()) {
      return new Outcome(
          Result.CHECK,
          concerns,
          "its own connector may ask for a name that is lost: "
              + String.join(", ", change.namesLost()));
    }
    return new Outcome(Result.OK, concerns, "root and names stay, and the key can be verified");
  }
}
