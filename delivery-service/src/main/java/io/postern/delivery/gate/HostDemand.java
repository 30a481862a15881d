package io.postern.delivery.gate;

import io.postern.contracts.Reasons;
import io.postern.dns.dane.TlsaSet;
import io.postern.dns.mtasts.StsPolicy.Mode;
import io.postern.names.CertificateNames;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The demand that the DNS makes of one host, beside the requirement of the delivery: it adds to
 * that, and takes nothing away. Where a TLSA record can authenticate the host, MTA-STS has no say
 * (RFC 8461 §2).
 *
 * @param dane the host's TLSA records (RFC 7672); null: DANE does not apply
 * @param mtaSts its domain's policy (RFC 8461); null: MTA-STS does not apply
 * @param smartHost whose MX record led to the host; null: none did
 * @param unprovenDns why DANE does not apply to a host that an administrator named: what is wrong
 *     with the proof of its DNS answers (docs/decisions/0092); empty: nothing
 */
public record HostDemand(
    @Nullable TlsaSet dane,
    @Nullable StsDemand mtaSts,
    @Nullable SmartHost smartHost,
    String unprovenDns) {
  /**
   * An administrator's choice.
   *
   * @param name as configured
   * @param proven DNSSEC proves its MX records
   */
  public record SmartHost(String name, boolean proven) {}

  public static final HostDemand NONE = new HostDemand(null, null);

  public HostDemand(@Nullable TlsaSet dane, @Nullable StsDemand mtaSts) {
    this(dane, mtaSts, null, "");
  }

  HostDemand with(StsDemand policy) {
    return new HostDemand(dane, policy, smartHost, unprovenDns);
  }

  /**
   * The name that a certificate must have where a host's name is asked for: the configured one,
   * unless a proof says that its mail host has another name. Whoever forges an MX record has a good
   * certificate for the host that it names.
   *
   * @param host as dialled
   */
  public String name(String host) {
    return smartHost == null || smartHost.proven() || enforces() ? host : smartHost.name();
  }

  /** The certificate has {@link #name}, or that of the smart host. */
  public boolean isNamed(String host, List<String> names) {
    return CertificateNames.matches(name(host), names)
        || smartHost != null && CertificateNames.matches(smartHost.name(), names);
  }

  /** Only an answer that anybody may have forged says that the host is the configured one. */
  public boolean unproven() {
    return smartHost != null && !smartHost.proven();
  }

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
  public String plaintextReason(TlsGate.PlaintextReason why) {
    if (dane != null) {
      return Reasons.DANE_STARTTLS_NOT_SUPPORTED;
    }
    return enforces() ? Reasons.MTA_STS_STARTTLS_NOT_SUPPORTED : why.reason();
  }
}
