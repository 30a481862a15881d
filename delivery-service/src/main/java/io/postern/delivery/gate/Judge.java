package io.postern.delivery.gate;

import io.postern.contracts.TlsToken;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.dns.dane.DaneMatch;
import io.postern.dns.dane.TlsaSet;
import io.postern.log.TrustedClock;
import io.postern.log.verdicts.BackgroundVerdicts;
import io.postern.log.verdicts.VerdictSource;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The way of a connection before the {@link TlsGate}, with a verdict where the level or the
 * domain's policy needs one. Blocks at most {@code patience} for each; a verdict still valid costs
 * no question, so this is asked again at each reuse of a connection. Any thread.
 */
public final class Judge {
  /** The ruling and its grounds. */
  public record Judgement(TlsGate.Ruling ruling, TlsGate.Proofs proofs, int verdictMillis) {}

  /**
   * A host over TLS as it is judged.
   *
   * @param question about the chain that it presented, with the requirement's anchors
   * @param policyQuestion the same with the installation's anchors, for the policy of its domain;
   *     null: none names the host
   */
  public record Presented(VerdictQuestion question, @Nullable VerdictQuestion policyQuestion) {}

  /** In place of a reason: the verdict was not known in time. */
  public static final String NOT_ASKED = "not-asked";

  // A policy that is tried out shall not hold mail up.
  private static final Duration TESTING_PATIENCE = Duration.ofSeconds(2);

  private final VerdictSource verdicts;
  private final BackgroundVerdicts background;
  private final Duration patience;

  public Judge(VerdictSource verdicts, Duration patience) {
    this.verdicts = verdicts;
    this.background = new BackgroundVerdicts(verdicts);
    this.patience = patience;
  }

  /**
   * @param presented null without TLS
   */
  public Judgement judge(
      TlsRequirement requirement,
      HostDemand demand,
      TlsGate.Channel channel,
      String host,
      boolean requireTlsOffered,
      @Nullable Presented presented) {
    long started = System.nanoTime();
    TlsGate.Proofs proofs =
        presented == null || !(channel instanceof TlsGate.Channel.Tls tls)
            ? TlsGate.Proofs.NONE
            : proofs(requirement, demand, tls, host, presented);
    int millis = (int) ((System.nanoTime() - started) / 1_000_000);
    return new Judgement(
        TlsGate.decide(requirement, demand, channel, host, requireTlsOffered, proofs),
        proofs,
        millis);
  }

  /**
   * What the gate says of a requirement that binds nobody
   * (docs/guides/forced-tls-with-a-partner.md), as a token. It waits for nobody: a verdict that is
   * not known is asked for in the background, within its bounds, and the token says {@value
   * #NOT_ASKED} until it is there.
   *
   * @param demand of the host, as the requirement that counts has it
   * @param question about the chain that it presented, with this requirement's anchors; null:
   *     without TLS
   */
  public String reported(
      TlsRequirement requirement,
      HostDemand demand,
      TlsGate.Channel channel,
      String host,
      boolean requireTlsOffered,
      @Nullable VerdictQuestion question) {
    CertificateVerdict verdict = null;
    if (question != null
        && !question.chain().isEmpty()
        && TlsGate.unsupported(requirement) == null
        && TlsGate.needsVerdict(requirement)) {
      verdict = background.known(question);
      if (verdict == null) {
        background.ask(question);
        return TlsToken.refused(requirement.getLevel(), NOT_ASKED);
      }
    }
    TlsGate.Proofs proofs =
        question == null
            ? TlsGate.Proofs.NONE
            : new TlsGate.Proofs(verdict, dane(demand, question), null);
    return switch (TlsGate.decide(
        requirement,
        new HostDemand(demand.dane(), null, demand.smartHost(), ""),
        channel,
        host,
        requireTlsOffered,
        proofs)) {
      case TlsGate.Ruling.Pass(String achieved) ->
          TlsToken.achieved(requirement.getLevel(), achieved);
      case TlsGate.Ruling.Refusal(String reason, String detail) ->
          TlsToken.refused(requirement.getLevel(), reason);
    };
  }

  private TlsGate.Proofs proofs(
      TlsRequirement requirement,
      HostDemand demand,
      TlsGate.Channel.Tls channel,
      String host,
      Presented presented) {
    boolean needed = TlsGate.unsupported(requirement) == null && TlsGate.needsVerdict(requirement);
    return new TlsGate.Proofs(
        needed ? verdict(presented.question(), patience) : null,
        dane(demand, presented.question()),
        mtaSts(demand, channel, host, presented.policyQuestion()));
  }

  private @Nullable CertificateVerdict verdict(@Nullable VerdictQuestion question, Duration time) {
    return question == null || question.chain().isEmpty() ? null : verdicts.verdict(question, time);
  }

  private static DaneMatch.@Nullable Result dane(HostDemand demand, VerdictQuestion question) {
    TlsaSet set = demand.dane();
    return set == null || !demand.authenticates()
        ? null
        : DaneMatch.of(question.chain(), set, TrustedClock.ofTheMachine().instant());
  }

  private @Nullable StsMatch mtaSts(
      HostDemand demand,
      TlsGate.Channel.Tls channel,
      String host,
      @Nullable VerdictQuestion question) {
    StsDemand policy = demand.mtaSts();
    if (policy == null || !policy.failure().isEmpty()) {
      return null;
    }
    Duration time =
        demand.enforces() || patience.compareTo(TESTING_PATIENCE) < 0 ? patience : TESTING_PATIENCE;
    return StsMatch.of(policy, channel, host, verdict(question, time));
  }
}
