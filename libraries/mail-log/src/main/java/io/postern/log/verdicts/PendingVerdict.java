package io.postern.log.verdicts;

import io.postern.contracts.v1.CertificateVerdict;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A question in flight, with the number of callers that wait for its answer. Any thread. */
final class PendingVerdict {
  private final CompletableFuture<CertificateVerdict> answer = new CompletableFuture<>();
  private int waiting;
  private boolean asked;
  private long askedUntil;
  private @Nullable CertificateVerdict early;

  synchronized PendingVerdict enter() {
    waiting++;
    return this;
  }

  /** True when nobody waits any more. */
  synchronized boolean leave() {
    return --waiting == 0;
  }

  /**
   * Whether the caller must send the request: nobody has, or the request ends long before the
   * caller's patience.
   */
  synchronized boolean mustAsk(long end, Duration patience) {
    if (asked && askedUntil - (end - patience.toNanos() / 2) >= 0) {
      return false;
    }
    asked = true;
    askedUntil = end;
    return true;
  }

  CompletableFuture<CertificateVerdict> answer() {
    return answer;
  }

  /**
   * A verdict made with a version of the default anchors that is not announced: it counts if it
   * will be.
   */
  synchronized void early(CertificateVerdict verdict) {
    early = verdict;
  }

  synchronized @Nullable CertificateVerdict early() {
    return early;
  }
}
