package io.postern.delivery.gate;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.dns.dane.DaneMatch;
import io.postern.dns.dane.TlsaSet;
import io.postern.log.verdicts.VerdictSource;
import java.time.Duration;
import java.time.Instant;
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
   * @param dane null: no TLSA record had to be matched
   */
  public record Judgement(
      TlsGate.Ruling ruling,
      @Nullable CertificateVerdict verdict,
      DaneMatch.@Nullable Result dane,
      int verdictMillis) {}

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
      HostDemand demand,
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
    DaneMatch.Result dane = dane(demand, question);
    return new Judgement(
        TlsGate.decide(requirement, demand, channel, host, requireTlsOffered, verdict, dane),
        verdict,
        dane,
        millis);
  }

  private static DaneMatch.@Nullable Result dane(
      HostDemand demand, @Nullable VerdictQuestion question) {
    TlsaSet set = demand.dane();
    return set == null || !demand.authenticates() || question == null
        ? null
        : DaneMatch.of(question.chain(), set, Instant.now());
  }
}
