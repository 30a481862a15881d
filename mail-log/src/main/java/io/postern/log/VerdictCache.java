package io.postern.log;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.postern.contracts.VerdictKey;
import io.postern.contracts.v1.CertificateVerdict;
import org.jspecify.annotations.Nullable;

/**
 * Verdicts that are valid, at most 16 MiB of them, and the announced version of the default anchor
 * set. Written by the reader's thread, read by any.
 *
 * <p>Nothing is known before the log was read to its end once: the newest announcement could void
 * it.
 */
final class VerdictCache {
  private static final long MAX_BYTES = 16L << 20;
  private static final int OVERHEAD = 400;

  private final Cache<VerdictKey, CertificateVerdict> verdicts =
      Caffeine.newBuilder()
          .maximumWeight(MAX_BYTES)
          .weigher(
              (VerdictKey key, CertificateVerdict verdict) ->
                  verdict.getSerializedSize() + OVERHEAD)
          .executor(Runnable::run)
          .build();
  private volatile @Nullable String defaultAnchors;
  private volatile boolean ready;

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

  /** Made with another version of the default anchors than the announced one. */
  boolean isVoid(CertificateVerdict verdict) {
    String announced = defaultAnchors;
    return announced != null
        && verdict.getAnchors().getId().isEmpty()
        && !verdict.getAnchors().getVersion().equals(announced);
  }

  /** A version was announced: what another one said is void. */
  void announce(String version) {
    if (version.equals(defaultAnchors)) {
      return;
    }
    defaultAnchors = version;
    verdicts.asMap().values().removeIf(this::isVoid);
  }

  boolean ready() {
    return ready;
  }

  /** False while the log is read from its start: old announcements would void new verdicts. */
  void ready(boolean read) {
    ready = read;
  }

  private static boolean inForce(CertificateVerdict verdict) {
    return verdict.getValidUntilMillis() > System.currentTimeMillis();
  }
}
