package io.postern.policy;

import io.postern.contracts.VerdictKey;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.log.verdicts.VerdictSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The verdicts for mail that is decided again: each question is asked once, when a decision depends
 * on it. A verdict that does not come is UNKNOWN, unavailable. Bounds: {@value #MOST} verdicts, and
 * {@value #MOST_SILENT} questions in a row without one; beyond them none is asked, and none is
 * kept. One thread.
 */
public final class AskedVerdicts {
  static final int MOST = 2_000;
  private static final int MOST_SILENT = 3;

  private static final CertificateVerdict GOOD =
      CertificateVerdict.newBuilder().setResult(VerdictResult.GOOD).build();
  private static final CertificateVerdict NOT_HAD =
      CertificateVerdict.newBuilder()
          .setResult(VerdictResult.UNKNOWN)
          .setReason(VerdictReason.UNAVAILABLE)
          .build();

  private final Function<VerdictQuestion, CertificateVerdict> ask;
  private final int mostSilent;
  private final Map<VerdictKey, CertificateVerdict> had = new HashMap<>();
  private int silent;

  private AskedVerdicts(Function<VerdictQuestion, CertificateVerdict> ask, int mostSilent) {
    this.ask = ask;
    this.mostSilent = mostSilent;
  }

  /**
   * Of a run: after {@value #MOST_SILENT} questions in a row without a verdict none is asked.
   *
   * @param source begins with the first question
   * @param patience for each question
   */
  public static AskedVerdicts each(Supplier<VerdictSource> source, Duration patience) {
    return new AskedVerdicts(question -> source.get().verdict(question, patience), MOST_SILENT);
  }

  /**
   * @param source begins with the first question
   * @param patience for all questions together
   */
  public static AskedVerdicts all(Supplier<VerdictSource> source, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    return new AskedVerdicts(
        question -> {
          long left = end - System.nanoTime();
          return left <= 0 ? NOT_HAD : source.get().verdict(question, Duration.ofNanos(left));
        },
        Integer.MAX_VALUE);
  }

  /** Every chain is good: the caller has given names alone. */
  public static AskedVerdicts assumedGood() {
    return new AskedVerdicts(question -> GOOD, Integer.MAX_VALUE);
  }

  /** A record says that the chain was good for this question. */
  public void good(VerdictKey key) {
    if (had.size() < MOST) {
      had.putIfAbsent(key, GOOD);
    }
  }

  /** Null: not asked. */
  public @Nullable CertificateVerdict known(VerdictQuestion question) {
    return had.get(question.key());
  }

  /** Asks, the first time. */
  public CertificateVerdict verdict(VerdictQuestion question) {
    CertificateVerdict known = known(question);
    if (known != null) {
      return known;
    }
    if (had.size() >= MOST) {
      return NOT_HAD;
    }
    CertificateVerdict verdict = silent < mostSilent ? ask.apply(question) : NOT_HAD;
    silent = isHad(verdict) ? 0 : silent + 1;
    had.put(question.key(), verdict);
    return verdict;
  }

  /** Whether certificate-service answered each question in time. */
  public boolean complete() {
    return had.values().stream().allMatch(AskedVerdicts::isHad);
  }

  private static boolean isHad(CertificateVerdict verdict) {
    return verdict.getReason() != VerdictReason.UNAVAILABLE;
  }
}
