package io.postern.operator.trace;

import io.postern.contracts.v1.HandshakeFailure;

/** What an administrator can do for a client that cannot finish a handshake. Stateless. */
final class HandshakeAdvice {
  private HandshakeAdvice() {}

  static String of(HandshakeFailure failure) {
    return switch (failure) {
      case HANDSHAKE_NO_SHARED_VERSION ->
          "It offers no TLS version that ingress-service accepts: its operator must allow TLS 1.2 "
              + "or 1.3. With postern.tls.minimum-version=TLSv1.3, only TLS 1.3 is accepted.";
      case HANDSHAKE_NO_SHARED_SUITE ->
          "It offers no cipher suite for the configured certificates: if all of them are ECDSA, "
              + "add an RSA certificate (postern.tls.certificates). Otherwise its operator must "
              + "allow ECDHE suites; postern.tls.suites and postern.tls.groups may exclude those "
              + "that it supports.";
      case HANDSHAKE_NO_SHARED_GROUP ->
          "It offers no key exchange group that ingress-service accepts: its operator must allow "
              + "x25519 or secp256r1. postern.tls.groups may exclude those that it supports.";
      case HANDSHAKE_NO_SHARED_SIGNATURE ->
          "It cannot verify the keys of the configured certificates: add an RSA certificate to the "
              + "ECDSA one (postern.tls.certificates).";
      case HANDSHAKE_UNKNOWN_CA ->
          "It does not trust the issuer of the certificate: run \"postern check\" to see whether "
              + "all intermediates are presented. If they are, its operator must trust the root, or "
              + "use a certificate from an authority that it trusts.";
      case HANDSHAKE_CERTIFICATE_EXPIRED ->
          "It reports that the certificate has expired: see \"postern certificates\". If the "
              + "certificate is valid, the client's clock is wrong.";
      case HANDSHAKE_CERTIFICATE_REVOKED ->
          "It reports that the certificate is revoked: run \"postern check\", and replace the "
              + "certificate.";
      case HANDSHAKE_CERTIFICATE_REFUSED ->
          "It refused the certificate without a reason: check chain and names with \"postern "
              + "check\", and ask its operator.";
      case HANDSHAKE_CLIENT_CERTIFICATE ->
          "Its own certificate is unreadable, does not match its key, or has a chain larger than "
              + "20 KiB: its operator must replace it.";
      case HANDSHAKE_REFUSED ->
          "It ended the handshake with an alert: \"postern refusals\" with the reference shows it.";
      case HANDSHAKE_NOT_TLS ->
          "It sent no TLS after STARTTLS: a scanner, or a device in between that changes SMTP. No "
              + "action is needed unless it is a partner.";
      case HANDSHAKE_TIMED_OUT ->
          "It did not respond in time: it hangs, or large packets are lost in transit (MTU).";
      case HANDSHAKE_CLOSED ->
          "It closed the connection without a reason: see its own log. Some mail servers do so "
              + "when they do not trust a certificate.";
      case HANDSHAKE_OTHER ->
          "\"postern refusals\" with the reference shows the message of the " + "TLS engine.";
      case HANDSHAKE_FAILURE_UNSPECIFIED, UNRECOGNIZED ->
          "Another version of ingress recorded it: \"postern refusals\" with the reference shows"
              + " the cause in words.";
    };
  }
}
