package io.postern.certificate.revocation;

import com.google.protobuf.ByteString;
import io.postern.certificate.ParsedCertificate;
import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.RevocationStatus;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.jspecify.annotations.Nullable;

/**
 * What one list says about one certificate (RFC 5280 §6.3.3). The list's signature has been checked
 * before. A list that does not cover the certificate, or that cannot be understood, says nothing:
 * UNREACHABLE with the reason; one that is not current is STALE. Stateless, any thread.
 */
final class CrlExamination {
  static final String SOURCE = "crl";

  private static final List<ASN1ObjectIdentifier> UNDERSTOOD =
      List.of(
          Extension.issuingDistributionPoint,
          Extension.cRLNumber,
          Extension.authorityKeyIdentifier,
          Extension.issuerAlternativeName);

  private CrlExamination() {}

  static RevocationEvidence examine(
      Crl crl, ParsedCertificate certificate, DistributionPoints points, String url, Instant now) {
    RevocationEvidence.Builder evidence = evidence(certificate, url, crl);
    String notCovered = notCovered(crl, certificate, points);
    if (notCovered != null) {
      return evidence.setStatus(RevocationStatus.UNREACHABLE).setDetail(notCovered).build();
    }
    if (!crl.currentAt(now)) {
      return evidence.setStatus(RevocationStatus.STALE).setDetail(stale(crl, now)).build();
    }
    Crl.Entry entry = crl.entry(certificate.x509().getSerialNumber());
    if (entry == null) {
      return evidence.setStatus(RevocationStatus.NOT_REVOKED).build();
    }
    return evidence
        .setStatus(RevocationStatus.IS_REVOKED)
        .setRevokedAtMillis(entry.revokedAt().toEpochMilli())
        .setDetail("revoked at " + entry.revokedAt() + ", reason: " + entry.reason())
        .build();
  }

  /** Evidence about the certificate with the list's times and no status yet. */
  static RevocationEvidence.Builder evidence(
      ParsedCertificate certificate, String url, @Nullable Crl crl) {
    RevocationEvidence.Builder evidence =
        RevocationEvidence.newBuilder()
            .setCertificateFingerprint(ByteString.copyFrom(certificate.fingerprint()))
            .setSource(SOURCE)
            .setUrl(url);
    if (crl != null) {
      evidence.setThisUpdateMillis(crl.thisUpdate().toEpochMilli());
      Instant next = crl.nextUpdate();
      if (next != null) {
        evidence.setNextUpdateMillis(next.toEpochMilli());
      }
    }
    return evidence;
  }

  static String stale(Crl crl, Instant now) {
    Instant next = crl.nextUpdate();
    if (next == null) {
      return "the list does not say until when it is current (nextUpdate)";
    }
    return now.isBefore(next)
        ? "the list is of the future: thisUpdate " + crl.thisUpdate()
        : "the list was current until " + next;
  }

  private static @Nullable String notCovered(
      Crl crl, ParsedCertificate certificate, DistributionPoints points) {
    for (ASN1ObjectIdentifier oid : crl.criticalExtensions()) {
      if (!UNDERSTOOD.contains(oid)) {
        return Extension.deltaCRLIndicator.equals(oid)
            ? "the list has changes only (a delta list)"
            : "the list has the critical extension " + oid + ", which is not known";
      }
    }
    String entry = crl.unknownCriticalOfAnEntry();
    if (entry != null) {
      return "an entry of the list has the critical extension " + entry + ", which is not known";
    }
    Extension scope = crl.extension(Extension.issuingDistributionPoint);
    return scope == null
        ? null
        : outOfScope(
            IssuingDistributionPoint.getInstance(scope.getParsedValue()),
            X500Name.getInstance(crl.issuer().getEncoded()),
            certificate,
            points);
  }

  // RFC 5280 §6.3.3 (b) (2)
  private static @Nullable String outOfScope(
      IssuingDistributionPoint scope,
      X500Name issuer,
      ParsedCertificate certificate,
      DistributionPoints points) {
    if (scope.onlyContainsAttributeCerts()
        || (scope.onlyContainsUserCerts() && certificate.isCa())
        || (scope.onlyContainsCACerts() && !certificate.isCa())) {
      return "the list is about certificates of another kind";
    }
    if (scope.isIndirectCRL() || scope.getOnlySomeReasons() != null) {
      return "the list is indirect or about some reasons only";
    }
    List<GeneralName> names = DistributionPoints.names(scope.getDistributionPoint(), issuer);
    return names.isEmpty() || !Collections.disjoint(names, points.names())
        ? null
        : "the list is of another distribution point";
  }
}
