package io.postern.delivery.gate;

import io.postern.contracts.Reasons;
import io.postern.contracts.v1.DaneMode;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.dns.DnsFailureException;
import io.postern.dns.dane.DaneLookup;
import io.postern.dns.dane.TlsaSet;
import org.jspecify.annotations.Nullable;

/**
 * The look-up of {@link HostDemand}s. Blocks for the DNS, bounded as {@link DaneLookup} is. Any
 * thread.
 */
public final class HostDemands {
  /** The answer. */
  public sealed interface Answer {
    record Demand(HostDemand demand) implements Answer {}

    /**
     * The host must not be used now.
     *
     * @param reason as it stands after "/" in the token
     * @param detail a sentence for the administrator
     */
    record Unusable(String reason, String detail) implements Answer {}
  }

  private static final Answer NONE = new Answer.Demand(HostDemand.NONE);

  private final @Nullable DaneLookup dane;

  /**
   * @param dane null: no answer of the DNS is proven, and DANE applies to nobody
   */
  public HostDemands(@Nullable DaneLookup dane) {
    this.dane = dane;
  }

  /**
   * @param host its name; a literal has no records
   * @param proven see MailHost
   * @param nextHopDomain of which it is a mail host; empty: an administrator named it
   */
  public Answer of(
      TlsRequirement requirement, String host, int port, boolean proven, String nextHopDomain) {
    // RFC 8689 §4.2.1: else whoever forges the MX record names a host of his own.
    if (requirement.getRequireTls() == RequireTls.REQUIRE_TLS_YES
        && !nextHopDomain.isEmpty()
        && !proven) {
      return new Answer.Unusable(
          Reasons.REQUIRETLS_MX_UNPROVEN,
          "the sender asked for REQUIRETLS, and DNSSEC does not prove that "
              + host
              + " is a mail host of "
              + nextHopDomain);
    }
    boolean mandatory = requirement.getDane() == DaneMode.DANE_MANDATORY;
    // RFC 8689 §4.2.2: the sender asks to set aside the records of the recipient's domain. An
    // administrator's demand stands.
    boolean asked =
        mandatory
            || requirement.getDane() == DaneMode.DANE_OPPORTUNISTIC
                && requirement.getRequireTls() != RequireTls.TLS_REQUIRED_NO;
    if (!asked) {
      return NONE;
    }
    if (dane == null) {
      return mandatory
          ? new Answer.Unusable(
              Reasons.DANE_UNAVAILABLE,
              "the connector demands DANE, and no answer of the DNS is proven here: set"
                  + " postern.dns.dnssec")
          : NONE;
    }
    TlsaSet set = null;
    if (proven) {
      try {
        set = dane.of(host, port, nextHopDomain.isEmpty() ? null : nextHopDomain);
      } catch (DnsFailureException e) {
        // RFC 7672 §2.1.3: whoever drops the answer must not take DANE away.
        return new Answer.Unusable(
            e.bogus() ? Reasons.DNSSEC_INVALID : Reasons.DANE_DNS_FAILURE, e.detail());
      }
    }
    if (set == null || mandatory && set.usable().isEmpty()) {
      return mandatory ? new Answer.Unusable(Reasons.DANE_NOT_PUBLISHED, without(host, set)) : NONE;
    }
    return new Answer.Demand(new HostDemand(set));
  }

  private static String without(String host, @Nullable TlsaSet set) {
    return "the connector demands DANE, and the host "
        + host
        + (set == null ? " has no TLSA record that DNSSEC proves" : " has no usable TLSA record");
  }
}
