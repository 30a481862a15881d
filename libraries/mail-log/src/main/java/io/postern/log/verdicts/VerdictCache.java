package io.postern.log.verdicts;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.ByteString;
import io.postern.contracts.VerdictKey;
import io.postern.contracts.v1.AnchorSetAnnouncement;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationAnnouncement;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Verdicts that are valid, within a bound in bytes, the announced versions of the default anchor
 * set and of the distrusted certificates, and the announced revocations. Written by the reader's
 * thread, read by any.
 *
 * <p>Nothing is known before the log was read to its end once: the newest announcement could void
 * it.
 */
final class VerdictCache {
  private static final int OVERHEAD = 400;

  private final Cache<VerdictKey, CertificateVerdict> verdicts;
  private final AnnouncedRevocations revocations = new AnnouncedRevocations();
  private final InstantSource clock;
  private volatile @Nullable AnchorSetAnnouncement announced;
  private volatile boolean ready;

  /**
   * @param bytes of all verdicts with their keys; those used least go first
   */
  VerdictCache(InstantSource clock, long bytes) {
    this.clock = clock;
    verdicts =
        Caffeine.newBuilder()
            .maximumWeight(bytes)
            .weigher(
                (VerdictKey key, CertificateVerdict verdict) ->
                    verdict.getSerializedSize() + OVERHEAD)
            .executor(Runnable::run)
            .build();
  }

  @Nullable CertificateVerdict get(VerdictKey key) {
    CertificateVerdict verdict = ready ? verdicts.getIfPresent(key) : null;
    return verdict != null && inForce(verdict) && !isVoid(verdict) ? verdict : null;
  }

  /** Keeps a verdict for as long as it says. */
  void put(VerdictKey key, CertificateVerdict verdict) {
    if (inForce(verdict)) {
      verdicts.put(key, verdict);
    }
  }

  /**
   * Void by an announcement: made with another version of the default anchors or of the distrusted
   * certificates, or on evidence older than a revocation.
   */
  boolean isVoid(CertificateVerdict verdict) {
    return otherAnchors(verdict) || revocations.voids(verdict);
  }

  private boolean otherAnchors(CertificateVerdict verdict) {
    AnchorSetAnnouncement now = announced;
    if (now == null) {
      return false;
    }
    boolean otherDefaults =
        verdict.getAnchors().getId().isEmpty()
            && !verdict.getAnchors().getVersion().equals(now.getAnchors().getVersion());
    return otherDefaults || !verdict.getDistrustVersion().equals(now.getDistrustVersion());
  }

  /** A certificate was revoked: verdicts that rest on it are asked for again. */
  void announce(RevocationAnnouncement revocation) {
    if (revocations.take(revocation)) {
      ByteString certificate = revocation.getCertificateFingerprint();
      verdicts
          .asMap()
          .values()
          .removeIf(verdict -> AnnouncedRevocations.concerns(certificate, verdict));
    }
  }

  /** Versions were announced: verdicts by other ones are void. */
  void announce(AnchorSetAnnouncement announcement) {
    if (announcement.equals(announced)) {
      return;
    }
    announced = announcement;
    if (ready) {
      verdicts.asMap().values().removeIf(this::isVoid);
    }
  }

  boolean ready() {
    return ready;
  }

  /** False while the log is read from its start: old announcements would void new verdicts. */
  void ready(boolean read) {
    if (read) {
      verdicts.asMap().values().removeIf(this::isVoid);
    }
    ready = read;
  }

  /** It has not ended yet. */
  boolean inForce(CertificateVerdict verdict) {
    return verdict.getValidUntilMillis() > clock.millis();
  }
}
