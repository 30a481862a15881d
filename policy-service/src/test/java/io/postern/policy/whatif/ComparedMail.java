package io.postern.policy.whatif;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.log.verdicts.VerdictSource;
import io.postern.policy.AskedVerdicts;
import io.postern.rules.Directory;
import io.postern.rules.again.RecordedFacts;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A comparison of one directory with a draft of it, for tests of other packages. */
public final class ComparedMail {
  private final Tally tally = new Tally();
  private final Comparison comparison;

  public ComparedMail(
      Directory now,
      Directory draft,
      RecordedFacts.Chains chains,
      Function<VerdictQuestion, CertificateVerdict> verdicts) {
    comparison =
        new Comparison(
            new DraftDirectory(now, draft, Set.of("contoso", "fabrikam"), ""),
            chains,
            AskedVerdicts.each(() -> source(verdicts), Duration.ofSeconds(10)),
            tally);
  }

  /** Answers at once, and knows nothing by itself. */
  public static VerdictSource source(Function<VerdictQuestion, CertificateVerdict> verdicts) {
    return new VerdictSource() {
      @Override
      public CertificateVerdict verdict(VerdictQuestion question, Duration patience) {
        return verdicts.apply(question);
      }

      @Override
      public @Nullable CertificateVerdict known(VerdictQuestion question) {
        return null;
      }
    };
  }

  public void accepted(MessageAccepted message) {
    comparison.accepted(message, 0);
  }

  public void refused(MessageRefused refused) {
    comparison.refused(refused, 0);
  }

  public List<?> differences() {
    return tally.differences();
  }

  /** Recipients that were decided twice. */
  public long decided() {
    return tally.decided();
  }

  public List<?> unknown() {
    return tally.unknown();
  }
}
