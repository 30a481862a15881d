package io.postern.delivery.gate;

import io.postern.contracts.Reasons;
import io.postern.dns.dane.TlsaSet;
import io.postern.dns.mtasts.StsPolicy.Mode;
import org.jspecify.annotations.Nullable;

/**
 * The demand that the DNS makes of one host, beside the requirement of the delivery: it adds to
 * that, and takes nothing away. Where a TLSA record can authenticate the host, MTA-STS has no say
 * (RFC 8461 §2).
 *
 * @param dane the host's TLSA records (RFC 7672); null: DANE does not apply
 * @param mtaSts its domain's policy (RFC 8461); null: MTA-STS does not apply
 */
public record HostDemand(@Nullable TlsaSet dane, @Nullable StsDemand mtaSts) {
  public static final HostDemand NONE = new HostDemand(null, null);

  /** A TLSA record must name the host's chain. */
  public boolean authenticates() {
    return dane != null && !dane.usable().isEmpty();
  }

  /** Nothing goes in plaintext. */
  public boolean tls() {
    return dane != null || enforces();
  }

  /** The policy's host must prove its name. */
  public boolean enforces() {
    return mtaSts != null && mtaSts.mode() == Mode.ENFORCE;
  }

  /** The reason of a refusal for want of TLS: the domain's own demand goes first. */
  public String plaintextReason(TlsGate.WhyPlain why) {
    if (dane != null) {
      return Reasons.DANE_STARTTLS_NOT_SUPPORTED;
    }
    return enforces() ? Reasons.MTA_STS_STARTTLS_NOT_SUPPORTED : why.reason();
  }
}
