package io.postern.ingress.rcpt;

import io.postern.contracts.v1.HandshakeFailure;

/**
 * The kind of a refusal: two of one source and kind differ in recipient and time at most, and are
 * one record.
 *
 * @param enhanced "" for none
 * @param organization whose rule it is; empty: nobody's
 * @param connector that refused; empty: none
 * @param handshake why a handshake failed; unspecified: none did
 * @param sender whose own rate refused, so that each that exceeds one has a record; empty: nobody's
 */
public record RefusalKind(
    int code,
    String enhanced,
    String rule,
    String organization,
    String connector,
    HandshakeFailure handshake,
    String sender) {

  /** Of a refusal that is no handshake. */
  public RefusalKind(
      int code, String enhanced, String rule, String organization, String connector) {
    this(
        code,
        enhanced,
        rule,
        organization,
        connector,
        HandshakeFailure.HANDSHAKE_FAILURE_UNSPECIFIED,
        "");
  }
}
