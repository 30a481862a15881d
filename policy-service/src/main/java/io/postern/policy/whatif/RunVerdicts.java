package io.postern.policy.whatif;

import io.postern.contracts.VerdictKey;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.log.verdicts.VerdictSource;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The verdicts of one run: those that records have, else each question once to certificate-service.
 * Bounds: {@value #MOST} questions and {@link #PATIENCE} for each, {@value #MOST_SILENT}
 * unanswered; beyond them none is asked, and none is kept. One that cannot be had leaves its mail
 * undecided. Thread-safe.
 */
final class RunVerdicts {
  static final int MOST = 2_000;
  static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int MOST_SILENT = 3;

  private static final CertificateVerdict NOT_HAD =
      CertificateVerdict.newBuilder()
          .setResult(VerdictResult.UNKNOWN)
          .setReason(VerdictReason.UNAVAILABLE)
          .build();

  private final Supplier<VerdictSource> source;
  private final Map<VerdictKey, CertificateVerdict> had = new ConcurrentHashMap<>();
  private int silent; // guarded by this

  RunVerdicts(Supplier<VerdictSource> source) {
    this.source = source;
  }

  /** A record says that the chain was good for this question. */
  void good(VerdictKey key) {
    if (had.size() < MOST) {
      had.putIfAbsent(key, CertificateVerdict.newBuilder().setResult(VerdictResult.GOOD).build());
    }
  }

  @Nullable CertificateVerdict known(VerdictQuestion question) {
    CertificateVerdict verdict = had.get(question.key());
    return verdict == null && had.size() >= MOST ? NOT_HAD : verdict;
  }

  /** Asks once; afterwards it is known. */
  synchronized void ask(VerdictQuestion question) {
    VerdictKey key = question.key();
    if (had.containsKey(key) || had.size() >= MOST) {
      return;
    }
    CertificateVerdict verdict = NOT_HAD;
    if (silent < MOST_SILENT) {
      verdict = source.get().verdict(question, PATIENCE);
      silent = isHad(verdict) ? 0 : silent + 1;
    }
    had.put(key, verdict);
  }

  static boolean isHad(CertificateVerdict verdict) {
    return verdict.getReason() != VerdictReason.UNAVAILABLE;
  }
}
