package io.postern.certificate.revocation;

import java.util.Locale;

/** What came of asking an endpoint, from the name to the content. A closed list. */
public enum EndpointStatus {
  OK,
  DNS_FAILURE,
  /** Somebody answered the attempt to connect by refusing it (TCP RST). */
  REFUSED,
  /** Nobody answered the attempt to connect, as behind a firewall that drops. */
  SILENT,
  /** No way leads to the address. */
  UNREACHABLE,
  /** Connected, then nothing in time. */
  TIMED_OUT,
  /** The connection ended before the answer was complete. */
  DISCONNECTED,
  /** Another HTTP status than 200, or too many redirects. */
  HTTP_STATUS,
  TOO_LARGE,
  /** An address that is not public, which is not connected to unless that is configured. */
  BLOCKED_ADDRESS,
  /** Not by http (https, ldap, a directory): Postern does not ask there. */
  NOT_FOLLOWED,
  NOT_A_CRL,
  NOT_A_CERTIFICATE,
  NOT_AN_OCSP_RESPONSE,
  EXPIRED,
  NOT_YET_VALID,
  WRONG_SIGNER,
  /** The responder gave an error (tryLater, unauthorized, ...). */
  OCSP_ERROR,
  REVOKED,
  /** The endpoint works and does not tell of this certificate. */
  UNKNOWN;

  /** As in reports: {@code dns-failure}. */
  public String spelled() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
