package io.postern.delivery.session;

import com.google.protobuf.ByteString;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Texts;
import io.postern.contracts.X509;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.PathCertificate;
import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.RevocationStatus;
import io.postern.contracts.v1.VerdictEvidence;
import java.security.cert.CertificateException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The grounds of a verdict as an outcome carries them: for each certificate of the path its subject
 * and the evidence that it is not revoked. A host chooses its certificates' names and addresses, so
 * each text is bounded; together at most 12 KiB. Pure.
 */
final class PathEvidence {
  private static final int MOST_CERTIFICATES = 12;
  private static final int MOST_SUBJECT = 200;
  private static final int MOST_URL = 500;
  private static final int MOST_DETAIL = 200;

  private PathEvidence() {}

  /**
   * @param chain that the host presented, DER
   */
  static VerdictEvidence of(CertificateVerdict verdict, List<byte[]> chain) {
    VerdictEvidence.Builder evidence =
        VerdictEvidence.newBuilder()
            .setAnchorSubject(Texts.shortened(verdict.getAnchorSubject(), MOST_SUBJECT))
            .setAnchors(verdict.getAnchors())
            .setJudgedAtMillis(verdict.getJudgedAtMillis())
            .setValidUntilMillis(verdict.getValidUntilMillis());
    Map<ByteString, byte[]> presented = new HashMap<>();
    chain.forEach(der -> presented.put(ByteString.copyFrom(Fingerprints.sha256(der)), der));
    Map<ByteString, RevocationEvidence> revocation = new HashMap<>();
    verdict
        .getRevocationList()
        .forEach(one -> revocation.put(one.getCertificateFingerprint(), one));
    for (ByteString certificate : verdict.getPathList()) {
      if (evidence.getPathCount() == MOST_CERTIFICATES) {
        break;
      }
      byte[] der = presented.get(certificate);
      RevocationEvidence found = revocation.get(certificate);
      evidence.addPath(
          PathCertificate.newBuilder()
              .setSubject(der == null ? "" : Texts.shortened(subject(der), MOST_SUBJECT))
              .setRevocation(
                  found == null
                      ? RevocationEvidence.newBuilder()
                          .setCertificateFingerprint(certificate)
                          .setStatus(RevocationStatus.NOT_CHECKED)
                      : found.toBuilder()
                          .setUrl(Texts.shortened(found.getUrl(), MOST_URL))
                          .setDetail(Texts.shortened(found.getDetail(), MOST_DETAIL))));
    }
    return evidence.build();
  }

  private static String subject(byte[] der) {
    try {
      return X509.certificate(der).getSubjectX500Principal().getName();
    } catch (CertificateException e) {
      return ""; // the verdict says "malformed"
    }
  }
}
