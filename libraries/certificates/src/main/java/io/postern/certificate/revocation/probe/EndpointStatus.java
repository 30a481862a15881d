package io.postern.certificate.revocation.probe;

/** The result of a probe, from the name to the content. A closed list. */
public enum EndpointStatus {
  OK,
  DNS_FAILURE,
  /** The host refused the attempt to connect (TCP RST). */
  REFUSED,
  /** The attempt to connect had no answer, as behind a firewall that drops. */
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
  /** The endpoint works and does not cover this certificate. */
  UNKNOWN
}
