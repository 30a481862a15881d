package io.postern.log;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.ByteString;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationAnnouncement;
import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.RevocationStatus;
import java.util.stream.Stream;

/**
 * The revocations that certificate-service has announced, the newest {@value #MOST}, and what they
 * make of verdicts. Nobody's clock counts: the times compared are those of one issuer's lists. Any
 * thread.
 */
public final class AnnouncedRevocations {
  static final int MOST = 10_000;

  private record Place(ByteString certificate, String url) {}

  // thisUpdate, in Unix milliseconds, of what revokes it there
  private final Cache<Place, Long> revoked =
      Caffeine.newBuilder().maximumSize(MOST).executor(Runnable::run).build();

  /** False: it was known already. */
  public boolean take(RevocationAnnouncement announcement) {
    Place place = new Place(announcement.getCertificateFingerprint(), announcement.getUrl());
    long update = announcement.getThisUpdateMillis();
    Long known = revoked.getIfPresent(place);
    if (known != null && known >= update) {
      return false;
    }
    revoked.put(place, update);
    return true;
  }

  /**
   * The verdict takes a certificate for not revoked because of what was published at the same place
   * before the announced revocation: it was overtaken, whenever it is read.
   */
  public boolean voids(CertificateVerdict verdict) {
    if (revoked.estimatedSize() == 0) {
      return false; // mostly
    }
    return evidence(verdict)
        .filter(evidence -> evidence.getStatus() == RevocationStatus.NOT_REVOKED)
        .anyMatch(
            evidence -> {
              Long update =
                  revoked.getIfPresent(
                      new Place(evidence.getCertificateFingerprint(), evidence.getUrl()));
              return update != null && evidence.getThisUpdateMillis() < update;
            });
  }

  /** The verdict rests on the certificate and does not know that it is revoked. */
  public static boolean concerns(ByteString certificate, CertificateVerdict verdict) {
    boolean known =
        evidence(verdict)
            .anyMatch(
                evidence ->
                    evidence.getStatus() == RevocationStatus.IS_REVOKED
                        && evidence.getCertificateFingerprint().equals(certificate));
    return !known
        && (verdict.getPathList().contains(certificate)
            || verdict.getSupportingList().stream()
                .anyMatch(e -> e.getCertificateFingerprint().equals(certificate)));
  }

  private static Stream<RevocationEvidence> evidence(CertificateVerdict verdict) {
    return Stream.concat(
        verdict.getRevocationList().stream(), verdict.getSupportingList().stream());
  }
}
