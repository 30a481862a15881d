package io.postern.transport;

import com.google.protobuf.ByteString;
import io.postern.contracts.Fingerprints;
import java.security.Principal;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLSession;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * A server's request for our certificate (RFC 5246 §7.4.4, RFC 8446 §4.3.2). Immutable.
 *
 * @param authorities of which it takes certificates, as {@link Fingerprints#ofName}, at most
 *     {@value #MOST}; none: of any
 * @param cut there were more
 * @param verifiesEcdsa it can verify such a certificate
 */
public record CertificateRequest(
    Set<ByteString> authorities, boolean cut, boolean verifiesEcdsa, boolean verifiesRsa) {
  static final int MOST = 200;

  public CertificateRequest {
    authorities = Set.copyOf(authorities);
  }

  public static ByteString digest(X500Principal name) {
    return ByteString.copyFrom(Fingerprints.ofName(name.getEncoded()));
  }

  /**
   * In the handshake of an engine of ours, which asks for a key.
   *
   * @param keyTypes that the server takes, as the JSSE calls them
   */
  static CertificateRequest of(
      String[] keyTypes, Principal @Nullable [] issuers, SSLSession session) {
    Set<ByteString> authorities = new LinkedHashSet<>();
    boolean cut = false;
    for (Principal issuer : issuers == null ? new Principal[0] : issuers) {
      if (issuer instanceof X500Principal name) {
        cut |= authorities.size() == MOST;
        if (!cut) {
          authorities.add(digest(name));
        }
      }
    }
    return new CertificateRequest(
        authorities,
        cut,
        List.of(keyTypes).contains("EC") && verifies(session, "ECDSA"),
        List.of(keyTypes).contains("RSA") && verifies(session, "RSA"));
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
