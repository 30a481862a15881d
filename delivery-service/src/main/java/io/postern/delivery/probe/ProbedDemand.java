package io.postern.delivery.probe;

import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.MtaStsMode;
import io.postern.contracts.v1.ProbeState;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.delivery.gate.HostDemand;
import io.postern.delivery.gate.StsDemand;
import io.postern.dns.dane.Tlsa;
import io.postern.dns.dane.TlsaSet;
import java.util.stream.Collectors;

/** The steps about what a host's domain publishes: TLSA records and a policy of MTA-STS. */
final class ProbedDemand {
  private static final int MOST_RECORDS = 20;

  private ProbedDemand() {}

  static void show(ProbeSteps steps, TlsRequirement requirement, HostDemand demand) {
    dane(steps, requirement, demand);
    mtaSts(steps, requirement, demand);
  }

  private static void dane(ProbeSteps steps, TlsRequirement requirement, HostDemand demand) {
    TlsaSet set = demand.dane();
    if (requirement.getDane() == DaneMode.DANE_NONE) {
      steps.skipped("dane", "smtpDaneMode: none.");
    } else if (!demand.unprovenDns().isEmpty()) {
      steps.step(
          "dane",
          ProbeState.PROBE_SKIPPED,
          step ->
              step.setDetail(
                      "DNS answers about the host have no valid proof: mail goes without DANE"
                          + " (postern.dns.dnssec is auto).")
                  .setActual(demand.unprovenDns()));
    } else if (set == null) {
      steps.skipped("dane", "No TLSA record of the host is secured by DNSSEC.");
    } else {
      String records =
          set.records().stream()
              .limit(MOST_RECORDS)
              .map(Tlsa::toString)
              .collect(Collectors.joining("; "));
      steps.step(
          "dane",
          ProbeState.PROBE_PASSED,
          step ->
              step.setDetail(
                      set.usable().isEmpty()
                          ? "TLSA records are published, none of which can authenticate: TLS is "
                              + "required."
                          : "TLSA records are published: the chain must match one of them.")
                  .setActual(records));
    }
  }

  private static void mtaSts(ProbeSteps steps, TlsRequirement requirement, HostDemand demand) {
    StsDemand policy = demand.mtaSts();
    if (requirement.getMtaSts() != MtaStsMode.MTA_STS_OPPORTUNISTIC) {
      steps.skipped("mta-sts", "mtaStsMode: none.");
    } else if (demand.authenticates()) {
      steps.skipped("mta-sts", "DANE takes precedence.");
    } else if (policy == null) {
      steps.skipped("mta-sts", "The domain publishes no policy.");
    } else if (!policy.failure().isEmpty()) {
      steps.step(
          "mta-sts",
          ProbeState.PROBE_FAILED,
          step ->
              step.setDetail("The policy is not available; it requires nothing.")
                  .setActual(policy.failure()));
    } else {
      steps.step(
          "mta-sts",
          policy.named() ? ProbeState.PROBE_PASSED : ProbeState.PROBE_FAILED,
          step ->
              step.setDetail(
                      policy.named()
                          ? "The policy names the host."
                          : "The policy does not name the host.")
                  .setExpected(String.join(", ", policy.mx()))
                  .setActual("mode " + policy.mode().spelled() + ", id " + policy.id()));
    }
  }
}
