package io.postern.operator.trace;

import io.postern.contracts.v1.HandshakeFailure;

/** What an administrator can do for a client that cannot finish a handshake. Stateless. */
final class HandshakeAdvice {
  private HandshakeAdvice() {}

  static String of(HandshakeFailure failure) {
    return switch (failure) {
      case HANDSHAKE_NO_SHARED_VERSION ->
          "It offers no TLS version that we take: its operator has to allow TLS 1.2 or 1.3. With"
              + " postern.tls.minimum-version=TLSv1.3 we take TLS 1.3 alone.";
      case HANDSHAKE_NO_SHARED_SUITE ->
          "It offers no cipher suite that goes with our certificates: where all are ECDSA, present"
              + " an RSA one beside them (postern.tls.certificates). Else its operator has to allow"
              + " ECDHE suites; postern.tls.suites and postern.tls.groups may leave out those that"
              + " it has.";
      case HANDSHAKE_NO_SHARED_GROUP ->
          "It offers no key exchange group of ours: its operator has to allow x25519 or secp256r1."
              + " postern.tls.groups may leave out those that it has.";
      case HANDSHAKE_NO_SHARED_SIGNATURE ->
          "It verifies no key of our certificates: present an RSA certificate beside the ECDSA one"
              + " (postern.tls.certificates).";
      case HANDSHAKE_UNKNOWN_CA ->
          "It does not trust the issuer of our certificate: look with \"postern check\" whether we"
              + " present all intermediates. If we do, its operator has to trust the root, or we"
              + " need a certificate of an authority that it trusts.";
      case HANDSHAKE_CERTIFICATE_EXPIRED ->
          "It takes our certificate for expired: look with \"postern certificates\". If ours is"
              + " valid, its clock is wrong.";
      case HANDSHAKE_CERTIFICATE_REVOKED ->
          "It takes our certificate for revoked: look with \"postern check\", and replace it.";
      case HANDSHAKE_CERTIFICATE_REFUSED ->
          "It refused our certificate and does not say why: look with \"postern check\" at chain"
              + " and names, and ask its operator.";
      case HANDSHAKE_CLIENT_CERTIFICATE ->
          "Its own certificate cannot be read, does not fit its key, or has a chain above 20 KiB:"
              + " its operator has to replace it.";
      case HANDSHAKE_REFUSED ->
          "It ended the handshake by an alert: \"postern refusals\" with the reference names it.";
      case HANDSHAKE_NOT_TLS ->
          "It sent no TLS behind STARTTLS: a scanner, or a device on the way that changes SMTP."
              + " Nothing is to be done unless it is a partner.";
      case HANDSHAKE_TIMED_OUT ->
          "It did not answer in time: it hangs, or large packets are lost on the way (MTU).";
      case HANDSHAKE_CLOSED ->
          "It closed the connection without a reason: its own log has one. Some mail servers leave"
              + " so when they do not trust a certificate.";
      case HANDSHAKE_OTHER -> "\"postern refusals\" with the reference shows the engine's words.";
      case HANDSHAKE_FAILURE_UNSPECIFIED, UNRECOGNIZED ->
          "Another version of ingress recorded it: \"postern refusals\" with the reference shows"
              + " the cause in words.";
    };
  }
}
