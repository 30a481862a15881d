package io.postern.delivery.gate;

import io.postern.dns.dane.TlsaSet;
import org.jspecify.annotations.Nullable;

/**
 * The demand that the DNS makes of one host, beside the requirement of the delivery: it adds to
 * that, and takes nothing away.
 *
 * @param dane the host's TLSA records (RFC 7672); null: DANE does not apply
 */
public record HostDemand(@Nullable TlsaSet dane) {
  public static final HostDemand NONE = new HostDemand(null);

  /** A TLSA record must name the host's chain. */
  public boolean authenticates() {
    return dane != null && !dane.usable().isEmpty();
  }

  /** Nothing goes in plaintext. */
  public boolean tls() {
    return dane != null;
  }
}
