package io.postern.certificate.answers;

import com.google.protobuf.ByteString;
import io.postern.certificate.RecentlyUsed;
import io.postern.contracts.VerdictKey;
import io.postern.contracts.v1.AnchorSetAnnouncement;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationAnnouncement;
import io.postern.log.verdicts.AnnouncedRevocations;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The verdicts that are still valid, so that a question asked again costs nothing, and the
 * announced revocations, which void some. A bounded number, the ones not asked for longest go
 * first; a verdict is about 2 KB. Any thread.
 */
final class VerdictMemory {
  private final Map<VerdictKey, CertificateVerdict> verdicts;
  private final AnnouncedRevocations revocations = new AnnouncedRevocations();

  VerdictMemory(int size) {
    verdicts = new RecentlyUsed<>(size);
  }

  synchronized void put(VerdictKey key, CertificateVerdict verdict) {
    verdicts.put(key, verdict);
  }

  /** A certificate was revoked: verdicts that rest on it are void. False: it was known. */
  synchronized boolean announce(RevocationAnnouncement revocation) {
    if (!revocations.take(revocation)) {
      return false;
    }
    ByteString certificate = revocation.getCertificateFingerprint();
    verdicts.values().removeIf(verdict -> AnnouncedRevocations.concerns(certificate, verdict));
    return true;
  }

  /**
   * The part of a verdict's evidence that an announcement has overtaken, the evidence about
   * certificates beside its path included.
   */
  List<AnnouncedRevocations.Overtaken> overtakenBy(CertificateVerdict verdict) {
    return revocations.overtaken(verdict);
  }

  /** The verdict rests on a publication older than an announced revocation. */
  boolean overtaken(CertificateVerdict verdict) {
    return revocations.voids(verdict);
  }

  /**
   * @param inForce as it is announced: a verdict by an earlier default set is void, and so is one
   *     by an earlier distrust
   */
  synchronized @Nullable CertificateVerdict get(
      VerdictKey key, AnchorSetAnnouncement inForce, long nowMillis) {
    CertificateVerdict verdict = verdicts.get(key);
    if (verdict == null) {
      return null;
    }
    boolean otherDefaults =
        verdict.getAnchors().getId().isEmpty()
            && !verdict.getAnchors().equals(inForce.getAnchors());
    boolean otherDistrust = !verdict.getDistrustVersion().equals(inForce.getDistrustVersion());
    if (verdict.getValidUntilMillis() <= nowMillis
        || otherDefaults
        || otherDistrust
        || overtaken(verdict)) {
      verdicts.remove(key);
      return null;
    }
    return verdict;
  }
}
