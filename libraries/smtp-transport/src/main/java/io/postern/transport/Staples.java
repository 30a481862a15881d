package io.postern.transport;

import java.security.cert.X509Certificate;

/**
 * The OCSP responses that a server staples (RFC 6066 §8). Asked in each full handshake, for the
 * certificate that was chosen; any thread. Runs under native frames: must not block, must not
 * throw.
 */
@FunctionalInterface
public interface Staples {
  /** No certificate has one. */
  Staples NONE = leaf -> new byte[0];

  /** DER of the OCSP response for this certificate; empty: none. */
  byte[] staple(X509Certificate leaf);
}
