package io.postern.transport;

import com.google.protobuf.ByteString;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.OwnCertificate;
import io.postern.contracts.v1.OwnCertificateState;
import java.security.cert.X509Certificate;
import java.util.List;

/** Our own certificates as records of the log have them. */
public final class OwnCertificates {
  private OwnCertificates() {}

  /**
   * @param name of a client certificate; a server's has none
   * @param chain leaf first
   */
  public static OwnCertificate of(
      CertificateRole role, String name, OwnCertificateState state, List<X509Certificate> chain) {
    OwnCertificate.Builder own =
        OwnCertificate.newBuilder().setRole(role).setName(name).setState(state);
    List<byte[]> encoded = chain.stream().map(HandshakeFacts::encoded).toList();
    encoded.forEach(der -> own.addChain(ByteString.copyFrom(der)));
    return own.setChainFingerprint(ByteString.copyFrom(Fingerprints.chain(encoded))).build();
  }
}
