package io.postern.certificate.revocation;

import com.google.protobuf.ByteString;
import io.postern.certificate.ParsedCertificate;
import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.RevocationStatus;
import java.time.Instant;
import java.util.List;

/**
 * The finding about one certificate's revocation.
 *
 * @param validUntil another look may find something else from then on: at a list's next update, at
 *     the end of the evidence's own support, or at the next try of an endpoint that failed
 * @param supporting evidence about the certificates beside the path on which this finding rests
 */
public record Finding(
    RevocationEvidence evidence, Instant validUntil, List<RevocationEvidence> supporting) {
  /** The source in the evidence of an answer that came with the certificate. */
  public static final String STAPLED = "stapled-ocsp";

  public Finding(RevocationEvidence evidence, Instant validUntil) {
    this(evidence, validUntil, List.of());
  }

  /** Evidence of a source, without status and times yet. */
  public static RevocationEvidence.Builder evidence(
      ParsedCertificate certificate, String source, String url) {
    return RevocationEvidence.newBuilder()
        .setCertificateFingerprint(ByteString.copyFrom(certificate.fingerprint()))
        .setSource(source)
        .setUrl(url);
  }

  /** No source was asked. */
  public static Finding withoutSource(
      ParsedCertificate certificate, RevocationStatus status, String detail) {
    return new Finding(
        evidence(certificate, "none", "").setStatus(status).setDetail(detail).build(), Instant.MAX);
  }

  /** A source says nothing about the certificate. */
  public static Finding unreachable(
      ParsedCertificate certificate, String source, String url, String why, Instant validUntil) {
    return new Finding(
        evidence(certificate, source, url)
            .setStatus(RevocationStatus.UNREACHABLE)
            .setDetail(why)
            .build(),
        validUntil);
  }

  public RevocationStatus status() {
    return evidence.getStatus();
  }

  /** The certificate is revoked, or is not: no other source is needed. */
  public boolean decides() {
    return status() == RevocationStatus.NOT_REVOKED || status() == RevocationStatus.IS_REVOKED;
  }
}
