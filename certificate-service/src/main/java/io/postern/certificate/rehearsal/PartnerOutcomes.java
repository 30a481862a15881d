package io.postern.certificate.rehearsal;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.rehearsal.Rehearsal.Outcome;
import io.postern.certificate.rehearsal.Rehearsal.Result;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.HandshakeSeen;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.rules.CertificateNames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Partners that see a certificate of ours: as a server's in their recorded handshakes, as a
 * client's by the connectors that present it. What they trust is not known here; what their
 * software can verify and what they ask for is. Stateless.
 */
final class PartnerOutcomes {
  /** Whoever verifies ECDSA knows this curve (RFC 8446 §9.1). */
  private static final String COMMON_CURVE = "EC P-256";

  private PartnerOutcomes() {}

  /**
   * Of the handshakes in which one of our certificates was presented, the newest of each partner
   * and server name: the old one itself may have been there for two days only.
   *
   * @param ours leaves that our servers present or have presented, the old one among them
   * @param handshakes the newest last
   */
  static List<Outcome> ofServer(
      Change change, List<ParsedCertificate> ours, List<HandshakeSeen> handshakes) {
    Map<String, ParsedCertificate> presentable = new HashMap<>();
    ours.forEach(leaf -> presentable.put(Fingerprints.hex(leaf.fingerprint()), leaf));
    List<Outcome> outcomes = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (HandshakeSeen handshake : handshakes.reversed()) {
      ParsedCertificate presented =
          presentable.get(Fingerprints.hex(handshake.getPresentedFingerprint().toByteArray()));
      if (presented != null
          && seesTheOldOne(change, presented, handshake)
          && seen.add(subject(handshake))) {
        outcomes.add(ofServer(change, presented, handshake));
      }
    }
    return outcomes;
  }

  // Where there are several, one with another key is for those who could not verify this one.
  private static boolean seesTheOldOne(
      Change change, ParsedCertificate presented, HandshakeSeen handshake) {
    return presented.equals(change.before().getFirst()) || verifies(change.keyBefore(), handshake);
  }

  private static boolean verifies(String key, HandshakeSeen handshake) {
    return key.startsWith("EC ") ? handshake.getVerifiesEcdsa() : handshake.getVerifiesRsa();
  }

  // Unproved peers are told apart by what they can do.
  private static String subject(HandshakeSeen handshake) {
    String software =
        handshake.getPeer().isEmpty()
            ? handshake.getVerifiesEcdsa() + " " + handshake.getVerifiesRsa()
            : "";
    return String.join(
        "\n",
        handshake.getPeer(),
        handshake.getOrganization(),
        handshake.getConnector(),
        handshake.getServerName(),
        software);
  }

  private static String partner(HandshakeSeen handshake) {
    return (handshake.getPeer().isEmpty() ? "an unproved peer" : "partner " + handshake.getPeer())
        + " ("
        + handshake.getOrganization()
        + " / "
        + handshake.getConnector()
        + ")";
  }

  private static Outcome ofServer(
      Change change, ParsedCertificate presented, HandshakeSeen handshake) {
    Outcome outcome = byHandshake(change, presented, handshake);
    return presented.equals(change.before().getFirst())
        ? outcome
        : new Outcome(
            outcome.result(),
            outcome.concerns(),
            outcome.reason()
                + " (by its newest handshake, which was over another certificate of ours: "
                + Fingerprints.hex(presented.fingerprint())
                + ")");
  }

  private static Outcome byHandshake(
      Change change, ParsedCertificate presented, HandshakeSeen handshake) {
    String partner = partner(handshake);
    String key = change.keyAfter();
    if (!verifies(key, handshake)) {
      return new Outcome(
          Result.FAILS,
          partner,
          "its software cannot verify a certificate with a key of type " + key);
    }
    String asked = handshake.getServerName();
    boolean had = CertificateNames.matches(asked, change.namesBefore());
    if (had && !CertificateNames.matches(asked, change.namesAfter())) {
      return new Outcome(
          Result.FAILS,
          partner,
          "it asks for " + asked + ", a name that the new certificate does not have");
    }
    List<String> toAsk = new ArrayList<>();
    if (key.startsWith("EC ") && !key.equals(COMMON_CURVE) && !key.equals(Change.key(presented))) {
      toAsk.add(
          "its software says that it verifies ECDSA; not recorded for which curve: can it verify "
              + key
              + "?");
    }
    return trust(change, partner, toAsk, "root and names stay, and the key can be verified");
  }

  /** Connectors that present the old certificate to a partner's server. */
  static List<Outcome> ofClient(Change change, List<OutboundConnector> connectors) {
    List<Outcome> outcomes = new ArrayList<>();
    for (OutboundConnector connector : connectors) {
      List<String> toAsk = new ArrayList<>();
      if (!change.keyAfter().equals(change.keyBefore())) {
        toAsk.add(
            "the key was "
                + change.keyBefore()
                + " and would be "
                + change.keyAfter()
                + ", and nobody has seen yet that its server can verify that: ask");
      }
      String key =
          DirectoryKeys.key(DirectoryObject.newBuilder().setOutboundConnector(connector).build());
      outcomes.add(trust(change, key, toAsk, "root, names and type of key stay"));
    }
    return outcomes;
  }

  private static Outcome trust(Change change, String concerns, List<String> toAsk, String good) {
    if (!change.sameRoot()) {
      toAsk.add("it must trust another root, if it validates: " + Change.root(change.after()));
    }
    if (!change.namesLost().isEmpty()) {
      toAsk.add(
          "its own connector may ask for a name that is lost: "
              + String.join(", ", change.namesLost()));
    }
    return toAsk.isEmpty()
        ? new Outcome(Result.OK, concerns, good)
        : new Outcome(Result.CHECK, concerns, String.join("; ", toAsk));
  }
}
