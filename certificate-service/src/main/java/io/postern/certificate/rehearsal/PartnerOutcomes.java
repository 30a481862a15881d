package io.postern.certificate.rehearsal;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.rehearsal.Rehearsal.Outcome;
import io.postern.certificate.rehearsal.Rehearsal.Result;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.HandshakeSeen;
import io.postern.names.CertificateNames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Partners that see a certificate of ours as a server's, by their recorded handshakes. Their trust
 * is not known here; the capabilities and requests of their software are. Stateless.
 */
final class PartnerOutcomes {
  private PartnerOutcomes() {}

  /**
   * Of the handshakes in which one of our certificates was presented, the newest of each partner
   * and server name: the old one itself may have been there for two days only.
   *
   * @param ours leaves that our servers present or have presented, the old one among them
   * @param handshakes the newest last
   */
  static List<Outcome> of(
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
        outcomes.add(of(change, presented, handshake));
      }
    }
    return outcomes;
  }

  // Where there are several, one with another key is for peers that cannot verify this one.
  private static boolean seesTheOldOne(
      Change change, ParsedCertificate presented, HandshakeSeen handshake) {
    return presented.equals(change.before().getFirst())
        || isVerified(change.keyBefore(), handshake);
  }

  private static boolean isVerified(String key, HandshakeSeen handshake) {
    return Change.isVerified(key, handshake.getVerifiesEcdsa(), handshake.getVerifiesRsa());
  }

  // Unproved peers are distinguished by their capabilities.
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
    String peer =
        handshake.getPeer().isEmpty()
            ? "an unauthenticated peer"
            : "partner " + handshake.getPeer();
    return "%s (%s / %s)".formatted(peer, handshake.getOrganization(), handshake.getConnector());
  }

  private static Outcome of(Change change, ParsedCertificate presented, HandshakeSeen handshake) {
    Outcome outcome = byHandshake(change, presented, handshake);
    return presented.equals(change.before().getFirst())
        ? outcome
        : new Outcome(
            outcome.result(),
            outcome.concerns(),
            outcome.reason()
                + " (by its newest handshake, which used another certificate of the installation: "
                + Fingerprints.hex(presented.fingerprint())
                + ")");
  }

  private static Outcome byHandshake(
      Change change, ParsedCertificate presented, HandshakeSeen handshake) {
    String partner = partner(handshake);
    String key = change.keyAfter();
    if (!isVerified(key, handshake)) {
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
          "it requires " + asked + ", a name that the new certificate does not have");
    }
    List<String> toAsk = new ArrayList<>(change.toAskOfCurve(presented));
    toAsk.addAll(change.toAskOfTrust());
    return Outcome.of(toAsk, partner, "root and names stay, and the key can be verified");
  }
}
