package io.postern.log.verdicts;

import io.postern.contracts.VerdictKey;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Questions that connectors in report-only mode alone need
 * (docs/guides/forced-tls-with-a-partner.md). Nobody waits for the answer: it is there for a later
 * look. A stranger can make them, one for each new certificate, and can use them up: at most
 * {@value #AT_ONCE} at one time and {@value #A_MINUTE} a minute at a replica; beyond it nothing is
 * asked, and reports say "not asked". Mail is never concerned. Any thread.
 */
public final class BackgroundVerdicts {
  static final int AT_ONCE = 8;
  static final int A_MINUTE = 120;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final VerdictSource verdicts;
  private final LongSupplier nanos;
  private final Set<VerdictKey> asked = new HashSet<>(); // guarded by itself
  private long minuteBegan;
  private int inMinute;

  public BackgroundVerdicts(VerdictSource verdicts) {
    this(verdicts, System::nanoTime);
  }

  BackgroundVerdicts(VerdictSource verdicts, LongSupplier nanos) {
    this.verdicts = verdicts;
    this.nanos = nanos;
    this.minuteBegan = nanos.getAsLong();
  }

  /** Null: not known now. */
  public @Nullable CertificateVerdict known(VerdictQuestion question) {
    return verdicts.known(question);
  }

  /** Asks, unless the question is under way or the bound is reached. Returns at once. */
  public void ask(VerdictQuestion question) {
    VerdictKey key = question.key();
    if (!begin(key)) {
      return;
    }
    var unused =
        Thread.ofVirtual()
            .name("report-verdict")
            .start(
                () -> {
                  try {
                    var unusedVerdict = verdicts.verdict(question, PATIENCE); // the source keeps it
                  } finally {
                    end(key);
                  }
                });
  }

  private boolean begin(VerdictKey key) {
    synchronized (asked) {
      long now = nanos.getAsLong();
      if (now - minuteBegan >= MINUTE.toNanos()) {
        minuteBegan = now;
        inMinute = 0;
      }
      if (inMinute >= A_MINUTE || asked.size() >= AT_ONCE || !asked.add(key)) {
        return false;
      }
      inMinute++;
      return true;
    }
  }

  private void end(VerdictKey key) {
    synchronized (asked) {
      asked.remove(key);
    }
  }
}
