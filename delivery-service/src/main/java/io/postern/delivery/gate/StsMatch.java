package io.postern.delivery.gate;

import io.postern.contracts.Reasons;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.names.CertificateNames;
import org.jspecify.annotations.Nullable;

/**
 * Whether a host over TLS is the one that a policy asks for (RFC 8461 §4): the policy names it, its
 * chain is good for the installation's anchors, and its certificate has its name as a DNS name of
 * the subject alternative name; a common name does not count. Revocation is looked at as far as it
 * can be (§4.2 leaves it open). Pure.
 *
 * @param reason of the closed list; empty: it is
 * @param detail a sentence for the administrator
 * @param verdict on which it rests; null: none was had
 */
public record StsMatch(String reason, String detail, @Nullable CertificateVerdict verdict) {
  public boolean good() {
    return reason.isEmpty();
  }

  /**
   * @param host as in the MX record
   * @param verdict on its chain, with the installation's anchors; null: none was had
   */
  static StsMatch of(
      StsDemand demand,
      TlsGate.Channel.Tls channel,
      String host,
      @Nullable CertificateVerdict verdict) {
    if (!demand.named()) {
      return notNamed(demand, host);
    }
    if (channel.facts().getPeerChainFingerprint().isEmpty()) {
      return new StsMatch(
          Reasons.MTA_STS_CERTIFICATE_INVALID,
          "the host presented no certificate" + of(demand),
          null);
    }
    if (verdict == null || unknown(verdict)) {
      return new StsMatch(
          Reasons.VERDICT_UNAVAILABLE,
          "no verdict on the host's certificate is available" + of(demand),
          verdict);
    }
    if (verdict.getResult() != VerdictResult.GOOD) {
      boolean expired = verdict.getReason() == VerdictReason.EXPIRED;
      return new StsMatch(
          expired ? Reasons.MTA_STS_CERTIFICATE_EXPIRED : Reasons.MTA_STS_CERTIFICATE_INVALID,
          "the host's certificate: " + Spelling.verdict(verdict) + of(demand),
          verdict);
    }
    return CertificateNames.matches(host, channel.dnsIds())
        ? new StsMatch("", "", verdict)
        : new StsMatch(
            Reasons.MTA_STS_HOST_MISMATCH,
            "the certificate has no DNS name that is " + host + of(demand),
            verdict);
  }

  static StsMatch notNamed(StsDemand demand, String host) {
    return new StsMatch(
        Reasons.MTA_STS_MX_MISMATCH,
        "the host " + host + " is not one of " + String.join(", ", demand.mx()) + of(demand),
        null);
  }

  private static boolean unknown(CertificateVerdict verdict) {
    return verdict.getResult() != VerdictResult.GOOD && verdict.getResult() != VerdictResult.BAD;
  }

  private static String of(StsDemand demand) {
    return " (MTA-STS policy " + demand.id() + " of " + demand.domain() + ")";
  }
}
