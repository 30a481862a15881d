package io.postern.policy.explain;

import io.postern.contracts.VerdictKey;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.log.verdicts.VerdictSource;
import io.postern.rules.inbound.InboundDecision;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The verdicts of one explanation: each question is asked once, all of them within one patience. A
 * verdict that cannot be had is UNKNOWN, and {@link #missing} says so. One thread.
 */
public final class AskedVerdicts {
  private final Function<VerdictQuestion, CertificateVerdict> ask;
  private final Map<VerdictKey, CertificateVerdict> had = new HashMap<>();
  private int missing;

  private AskedVerdicts(Function<VerdictQuestion, CertificateVerdict> ask) {
    this.ask = ask;
  }

  /**
   * @param source begins with the first question
   * @param patience for all questions together
   */
  public static AskedVerdicts of(Supplier<VerdictSource> source, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    return new AskedVerdicts(
        question -> {
          long left = end - System.nanoTime();
          return left <= 0 ? unavailable() : source.get().verdict(question, Duration.ofNanos(left));
        });
  }

  /** Every chain is good: the caller has given names alone. */
  static AskedVerdicts assumedGood() {
    return new AskedVerdicts(
        question -> CertificateVerdict.newBuilder().setResult(VerdictResult.GOOD).build());
  }

  /** Null: not asked. */
  public @Nullable CertificateVerdict known(VerdictQuestion question) {
    return had.get(question.key());
  }

  /** Decides, asks for the verdict that is needed, and decides again until none is. */
  public <D> Optional<D> decided(
      Supplier<Optional<D>> decide, Function<D, InboundDecision> decision) {
    while (true) {
      Optional<D> decided = decide.get();
      if (decided.isEmpty()
          || !(decision.apply(decided.get())
              instanceof InboundDecision.VerdictNeeded(VerdictQuestion question))) {
        return decided;
      }
      CertificateVerdict verdict = ask.apply(question);
      if (verdict.getReason() == VerdictReason.UNAVAILABLE) {
        missing++;
      }
      had.put(question.key(), verdict);
    }
  }

  /** How many questions certificate-service did not answer in time. */
  public int missing() {
    return missing;
  }

  private static CertificateVerdict unavailable() {
    return CertificateVerdict.newBuilder()
        .setResult(VerdictResult.UNKNOWN)
        .setReason(VerdictReason.UNAVAILABLE)
        .build();
  }
}
