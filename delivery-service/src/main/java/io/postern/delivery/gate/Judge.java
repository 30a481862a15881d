package io.postern.delivery.gate;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.log.verdicts.VerdictSource;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The way of a connection before the {@link TlsGate}, with a verdict where the level needs one.
 * Blocks at most {@code patience} for it; a verdict still valid costs no question, so this is asked
 * again at each reuse of a connection. Any thread.
 */
public final class Judge {
  /**
   * The ruling and its grounds.
   *
   * @param verdict null: not asked
   */
  public record Judgement(
      TlsGate.Ruling ruling, @Nullable CertificateVerdict verdict, int verdictMillis) {}

  private final VerdictSource verdicts;
  private final Duration patience;

  public Judge(VerdictSource verdicts, Duration patience) {
    this.verdicts = verdicts;
    this.patience = patience;
  }

  /**
   * @param question about the chain that the host presented; null without TLS
   */
  public Judgement judge(
      TlsRequirement requirement,
      TlsGate.Channel channel,
      String host,
      boolean requireTlsOffered,
      @Nullable VerdictQuestion question) {
    CertificateVerdict verdict = null;
    long started = System.nanoTime();
    if (question != null
        && !question.chain().isEmpty()
        && TlsGate.unsupported(requirement) == null
        && TlsGate.needsVerdict(requirement)) {
      verdict = verdicts.verdict(question, patience);
    }
    int millis = (int) ((System.nanoTime() - started) / 1_000_000);
    return new Judgement(
        TlsGate.decide(requirement, channel, host, requireTlsOffered, verdict), verdict, millis);
  }
}
