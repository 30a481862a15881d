package io.postern.transport;

import com.google.protobuf.ByteString;
import io.netty.handler.ssl.OpenSslSession;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.internal.tcnative.SSL;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Texts;
import io.postern.contracts.X509;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsVersion;
import io.postern.names.CertificateNames;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** The facts that one finished handshake showed. */
@SuppressWarnings("ArrayRecordComponent") // opaque bytes
record HandshakeFacts(TlsFacts facts, List<byte[]> chain, byte[] stapledOcsp) {
  /** Characters: a peer's names travel with every record of its session. */
  private static final int MAX_NAMES = 16 * 1024;

  /**
   * @param sent the server name that a client sent; null on a server, which reads its client's
   * @param verifiable the keys that a server's client can verify; not known of a server
   */
  static HandshakeFacts of(
      ReferenceCountedOpenSslEngine engine,
      @Nullable String sent,
      String group,
      ClientHello.VerifiableKeys verifiable) {
    SSLSession session = engine.getSession();
    List<byte[]> chain = chain(session);
    TlsVersion version =
        switch (session.getProtocol()) {
          case "TLSv1.3" -> TlsVersion.TLS_1_3;
          case "TLSv1.2" -> TlsVersion.TLS_1_2;
          default ->
              throw new IllegalStateException(
                  "negotiated " + session.getProtocol() + ", which was not offered");
        };
    String suite = session.getCipherSuite(); // the engine gives the IANA name
    TlsFacts.Builder facts =
        TlsFacts.newBuilder()
            .setVersion(version)
            .setCipherSuite(suite)
            .setGroup(group)
            .setForwardSecrecy(
                version == TlsVersion.TLS_1_3
                    || suite.startsWith("TLS_ECDHE_")
                    || suite.startsWith("TLS_DHE_"))
            .setResumed(SSL.isSessionReused(engine.sslPointer()))
            .setPeerChainFingerprint(ByteString.copyFrom(Fingerprints.chain(chain)))
            .setServerName(sent == null ? Keys.serverName(session) : sent)
            .setPeerVerifiesEcdsa(verifiable.ecdsa())
            .setPeerVerifiesRsa(verifiable.rsa());
    Certificate @Nullable [] own = session.getLocalCertificates();
    if (own != null && own.length > 0) {
      facts.setOwnFingerprint(ByteString.copyFrom(Fingerprints.sha256(encoded(own[0]))));
    }
    if (!chain.isEmpty()) {
      describe(chain.getFirst(), facts);
    }
    byte @Nullable [] staple = sent == null ? null : engine.getOcspResponse();
    return new HandshakeFacts(facts.build(), chain, staple == null ? new byte[0] : staple);
  }

  private static List<byte[]> chain(SSLSession session) {
    if (session instanceof OpenSslSession known && !known.hasPeerCertificates()) {
      return List.of(); // none presented, as by most clients: an exception is dear
    }
    List<byte[]> chain = new ArrayList<>();
    try {
      for (Certificate certificate : session.getPeerCertificates()) {
        chain.add(encoded(certificate));
      }
    } catch (SSLPeerUnverifiedException e) {
      return List.of(); // none presented
    }
    return List.copyOf(chain);
  }

  static byte[] encoded(Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate in use has lost its encoding", e);
    }
  }

  /** A leaf that cannot be read has no names; the verdict on it will be "malformed". */
  private static void describe(byte[] leaf, TlsFacts.Builder facts) {
    try {
      X509Certificate certificate = X509.certificate(leaf);
      String subject = certificate.getSubjectX500Principal().getName();
      facts
          .addAllPeerNames(upTo(CertificateNames.of(certificate), MAX_NAMES))
          .setPeerSubject(Texts.cut(subject, 1024));
    } catch (CertificateException e) {
      facts.clearPeerNames().clearPeerSubject();
    }
  }

  private static List<String> upTo(List<String> names, int characters) {
    int left = characters;
    for (int i = 0; i < names.size(); i++) {
      left -= names.get(i).length();
      if (left < 0) {
        return names.subList(0, i);
      }
    }
    return names;
  }
}
