package io.postern.transport;

import java.security.Principal;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLSession;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * What a server that asks for our certificate says of it (RFC 5246 §7.4.4, RFC 8446 §4.3.2).
 * Immutable.
 *
 * @param authorities of which it takes certificates, at most {@value #MOST} of together 8 KiB;
 *     none: of any
 * @param cut there were more
 * @param verifiesEcdsa it can verify such a certificate's signatures
 */
public record CertificateRequest(
    List<X500Principal> authorities, boolean cut, boolean verifiesEcdsa, boolean verifiesRsa) {
  static final int MOST = 100;
  private static final int MOST_BYTES = 8 * 1024;

  public CertificateRequest {
    authorities = List.copyOf(authorities);
  }

  /** In the handshake of an engine of ours, which asks for a key. */
  static CertificateRequest of(Principal @Nullable [] issuers, SSLSession session) {
    List<X500Principal> authorities = new ArrayList<>();
    int bytes = 0;
    boolean cut = false;
    for (Principal issuer : issuers == null ? new Principal[0] : issuers) {
      if (issuer instanceof X500Principal name) {
        bytes += name.getEncoded().length;
        cut |= authorities.size() == MOST || bytes > MOST_BYTES;
        if (!cut) {
          authorities.add(name);
        }
      }
    }
    return new CertificateRequest(
        authorities, cut, verifies(session, "ECDSA"), verifies(session, "RSA"));
  }

  private static boolean verifies(SSLSession session, String algorithm) {
    if (!(session instanceof ExtendedSSLSession facts)) {
      return true;
    }
    String[] named = facts.getPeerSupportedSignatureAlgorithms();
    for (String each : named) {
      if (each.contains(algorithm)) {
        return true;
      }
    }
    return named.length == 0; // it did not say
  }
}
