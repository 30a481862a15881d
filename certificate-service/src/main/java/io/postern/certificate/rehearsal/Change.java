package io.postern.certificate.rehearsal;

import io.postern.certificate.CertificateFacts;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.anchors.RootOf;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.names.CertificateNames;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One certificate with its chain in place of another. Immutable.
 *
 * @param before leaf first
 * @param after leaf first
 * @param rootBefore where the chain leads
 */
record Change(
    List<ParsedCertificate> before,
    List<ParsedCertificate> after,
    RootOf rootBefore,
    RootOf rootAfter) {
  /** Software that verifies ECDSA knows this curve (RFC 8446 §9.1). */
  private static final String COMMON_CURVE = "EC P-256";

  /**
   * @param anchors in force here, to find roots by
   */
  static Change of(
      List<ParsedCertificate> before, List<ParsedCertificate> after, TrustAnchors anchors) {
    return new Change(before, after, RootOf.chain(before, anchors), RootOf.chain(after, anchors));
  }

  List<String> namesBefore() {
    return CertificateNames.of(before.getFirst().x509());
  }

  List<String> namesAfter() {
    return CertificateNames.of(after.getFirst().x509());
  }

  boolean sameRoot() {
    return rootBefore.name().equals(rootAfter.name());
  }

  boolean sameSubjectAndIssuer() {
    return before.getFirst().subject().equals(after.getFirst().subject())
        && before.getFirst().issuer().equals(after.getFirst().issuer());
  }

  /** See {@link #key}. */
  String keyBefore() {
    return key(before.getFirst());
  }

  String keyAfter() {
    return key(after.getFirst());
  }

  /**
   * The kind of key that a peer's software must be able to verify: "RSA" of any size, "EC P-256".
   */
  static String key(ParsedCertificate certificate) {
    String strength = CertificateFacts.of(certificate).keyStrength();
    return strength.startsWith("RSA ") ? "RSA" : strength;
  }

  /** Whether software that verifies these can verify such a key. */
  static boolean isVerified(String key, boolean ecdsa, boolean rsa) {
    return key.startsWith("EC ") ? ecdsa : rsa;
  }

  /**
   * The questions for a partner whose software verifies ECDSA.
   *
   * @param presented a certificate of ours that it verified before; null: not known
   */
  List<String> toAskOfCurve(@Nullable ParsedCertificate presented) {
    String key = keyAfter();
    return !key.startsWith("EC ")
            || key.equals(COMMON_CURVE)
            || presented != null && key.equals(key(presented))
        ? List.of()
        : List.of(
            "its software supports ECDSA, but the curve was not recorded: can it verify "
                + key
                + "?");
  }

  /** The questions for a partner that validates, where no record answers them. */
  List<String> toAskOfTrust() {
    List<String> toAsk = new ArrayList<>();
    if (!sameRoot()) {
      toAsk.add("it must trust another root, if it validates certificates: " + rootAfter.name());
    }
    toAsk.addAll(toAskOfNames());
    return toAsk;
  }

  List<String> toAskOfNames() {
    return namesLost().isEmpty()
        ? List.of()
        : List.of(
            "its own connector may require a name that is no longer present: "
                + String.join(", ", namesLost()));
  }

  /** Names of the old one that the new one does not have, wildcards counted. */
  List<String> namesLost() {
    return namesBefore().stream()
        .filter(name -> !CertificateNames.matches(name, namesAfter()))
        .toList();
  }

  List<String> differences() {
    CertificateFacts old = CertificateFacts.of(before.getFirst());
    CertificateFacts now = CertificateFacts.of(after.getFirst());
    List<String> differences = new ArrayList<>();
    if (sameSubjectAndIssuer()) {
      differences.add(
          "subject and issuer stay: know the new one by its serial number %s (old: %s) or its SHA-256"
              .formatted(now.serialNumber(), old.serialNumber()));
    }
    differ("subject", old.subject(), now.subject(), differences);
    differ("issuer", old.issuer(), now.issuer(), differences);
    differ("root", rootBefore.name(), rootAfter.name(), differences);
    differ("key", old.keyStrength(), now.keyStrength(), differences);
    if (!namesLost().isEmpty()) {
      differences.add("names that it no longer has: " + String.join(", ", namesLost()));
    }
    differences.add("valid from " + now.validFrom() + " to " + now.validTo());
    return List.copyOf(differences);
  }

  private static void differ(String part, String old, String now, List<String> differences) {
    if (!old.equals(now)) {
      differences.add(part + ": " + old + " becomes " + now);
    }
  }
}
