package io.postern.delivery.probe;

import io.postern.contracts.Reasons;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.ProbeState;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.VerdictResult;
import io.postern.delivery.gate.HostDemand;
import io.postern.delivery.gate.Judge;
import io.postern.delivery.gate.TlsGate;
import io.postern.delivery.session.Session;
import io.postern.dns.dane.DaneMatch;
import io.postern.names.CertificateNames;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The steps about who the host is: its chain, the verdict on it with the evidence about revocation,
 * its name. The gate's judgement is that of a delivery; where the level needs no verdict one is
 * asked for all the same, so that an administrator sees whether a higher level would be met. Owner:
 * the probe's thread, once.
 */
final class ProbedProof {
  private static final int SHOWN_NAMES = 10;

  private final Judge judge;
  private final String organization;
  private final ProbeSteps steps;
  private final Session session;
  private final TlsRequirement requirement;

  ProbedProof(Judge judge, String organization, ProbeSteps steps, Session session) {
    this.judge = judge;
    this.organization = organization;
    this.steps = steps;
    this.session = session;
    this.requirement = session.key.requirement();
  }

  Judge.Judgement judge() {
    if (!(session.channel() instanceof TlsGate.Channel.Tls tls)) {
      steps.skipped("handshake", "The host does not offer STARTTLS.");
      return judge(requirement);
    }
    chain();
    Judge.Judgement judgement = judge(requirement);
    CertificateVerdict verdict = judgement.proofs().verdict();
    boolean needed = TlsGate.needsVerdict(requirement);
    if (!needed) {
      verdict =
          judge(requirement.toBuilder().setLevel(TlsLevel.CERTIFICATE_VALIDATION).build())
              .proofs()
              .verdict();
    }
    verdict(verdict, needed);
    dane(judgement.proofs().dane());
    name(tls.names());
    return judgement;
  }

  private Judge.Judgement judge(TlsRequirement asked) {
    return session.judged(judge, asked, organization, false);
  }

  private void chain() {
    List<byte[]> chain = session.dialogue.peerChain();
    if (chain.isEmpty()) {
      steps.failed("chain", Reasons.NO_CERTIFICATE, "The host presented no certificate.");
      return;
    }
    steps.step(
        "chain",
        ProbeState.PROBE_PASSED,
        step ->
            step.setDetail("The host presented " + certificates(chain.size()) + ".")
                .addAllChain(ProbedChain.of(chain)));
  }

  private static String certificates(int count) {
    return count == 1 ? "one certificate" : count + " certificates";
  }

  private void verdict(@Nullable CertificateVerdict verdict, boolean needed) {
    String unneeded = " (" + Spelling.of(requirement.getLevel()) + " does not need a valid chain)";
    if (verdict == null) {
      steps.step(
          "verdict",
          needed ? ProbeState.PROBE_FAILED : ProbeState.PROBE_SKIPPED,
          step -> step.setDetail("No verdict on the chain is available."));
      return;
    }
    boolean good = verdict.getResult() == VerdictResult.GOOD;
    String detail = good ? "The chain is good" : "The chain is not good";
    steps.step(
        "verdict",
        good
            ? ProbeState.PROBE_PASSED
            : needed ? ProbeState.PROBE_FAILED : ProbeState.PROBE_SKIPPED,
        step ->
            step.setDetail(
                    detail
                        + (verdict.getDetail().isEmpty() ? "" : ": " + verdict.getDetail())
                        + (needed ? "" : unneeded)
                        + ".")
                .setExpected(
                    "a chain to "
                        + (requirement.getAnchors().getId().isEmpty()
                            ? "the installation's anchors"
                            : "the set " + requirement.getAnchors().getId())
                        + ", revocation "
                        + Spelling.hyphens(requirement.getRevocation())
                            .replaceFirst("^revocation-", ""))
                .setActual(Spelling.verdict(verdict))
                .setReason(good ? "" : Spelling.of(verdict.getReason()))
                .setEvidence(session.evidence(verdict)));
  }

  private void dane(DaneMatch.@Nullable Result result) {
    if (result == null) {
      return;
    }
    DaneMatch.Match match = result.match();
    steps.step(
        "dane",
        match == null ? ProbeState.PROBE_FAILED : ProbeState.PROBE_PASSED,
        step ->
            match == null
                ? step.setDetail(result.detail())
                : step.setDetail("A TLSA record names the chain.")
                    .setActual(match.record().toString()));
  }

  private void name(List<String> names) {
    String shown = String.join(", ", names.subList(0, Math.min(SHOWN_NAMES, names.size())));
    boolean needed = requirement.getLevel() == TlsLevel.DOMAIN_VALIDATION;
    String host = session.target().host();
    HostDemand demand = session.key.demand();
    String wanted = needed ? requirement.getTlsDomain() : demand.name(host);
    boolean met = needed ? CertificateNames.fits(wanted, names) : demand.isNamed(host, names);
    steps.step(
        "name",
        met ? ProbeState.PROBE_PASSED : needed ? ProbeState.PROBE_FAILED : ProbeState.PROBE_SKIPPED,
        step ->
            step.setDetail(
                    (met
                            ? "The certificate has the name"
                            : "The certificate does not have the name")
                        + (needed
                            ? "."
                            : " (" + Spelling.of(requirement.getLevel()) + " does not need it)."))
                .setExpected(wanted)
                .setActual(shown)
                .setReason(met || !needed ? "" : Reasons.NAME_MISMATCH));
  }
}
