package io.postern.log.verdicts;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationAnnouncement;
import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.RevocationStatus;
import io.postern.log.rules.Newest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The revocations that certificate-service has announced, those of the newest {@value #MOST}
 * certificates, and the verdicts that they make void. No clock counts: the times compared are those
 * that one issuer publishes. Any thread.
 */
public final class AnnouncedRevocations {
  static final int MOST = 10_000;

  /**
   * @param byMillis thisUpdate of the list or response that revokes the certificate
   */
  public record Overtaken(RevocationEvidence evidence, long byMillis) {}

  // By certificate: the newest thisUpdate, in Unix milliseconds, of a list or response that revokes
  // it, at whatever place; the certificate announced last is last. Guarded by itself.
  private final Map<ByteString, Long> revoked = new Newest<>(MOST);

  /** False: it was known already. */
  public boolean take(RevocationAnnouncement announcement) {
    ByteString certificate = announcement.getCertificateFingerprint();
    long update = announcement.getThisUpdateMillis();
    synchronized (revoked) {
      Long known = revoked.get(certificate);
      if (known != null && known >= update) {
        return false;
      }
      revoked.remove(certificate);
      revoked.put(certificate, update);
      return true;
    }
  }

  /**
   * Whether a verdict is void: its evidence on a certificate is older than an announced revocation,
   * or nothing current could be had. When it was read does not count. Evidence of a certificate
   * without revocation information, or with revocation switched off, is not outdated.
   */
  public boolean voids(CertificateVerdict verdict) {
    return !overtaken(verdict).isEmpty();
  }

  /** The evidence by which {@link #voids} it; mostly none. */
  public List<Overtaken> overtaken(CertificateVerdict verdict) {
    List<Overtaken> overtaken = new ArrayList<>();
    evidence(verdict)
        .filter(AnnouncedRevocations::mayBeOvertaken)
        .forEach(
            evidence -> {
              Long update = newest(evidence.getCertificateFingerprint());
              if (update != null && evidence.getThisUpdateMillis() < update) {
                overtaken.add(new Overtaken(evidence, update));
              }
            });
    return overtaken;
  }

  private static boolean mayBeOvertaken(RevocationEvidence evidence) {
    return switch (evidence.getStatus()) {
      case NOT_REVOKED, UNREACHABLE, STALE -> true;
      default -> false;
    };
  }

  private @Nullable Long newest(ByteString certificate) {
    synchronized (revoked) {
      return revoked.get(certificate);
    }
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
