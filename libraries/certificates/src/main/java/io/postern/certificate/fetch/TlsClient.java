package io.postern.certificate.fetch;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * TLS 1.2 and 1.3 by the JDK, with server name, whose handshake takes any chain: the caller judges
 * it before it sends anything that depends on the server. Each session is a new one. Stateless.
 */
public final class TlsClient {
  private TlsClient() {}

  /**
   * The server's certificates, leaf first, and its stapled OCSP response.
   *
   * @param stapled empty: none
   */
  public record Shown(List<byte[]> chain, byte[] stapled) {
    /** Of a session whose handshake is done. */
    public static Shown on(SSLSocket tls) throws IOException {
      try {
        List<byte[]> ders = new ArrayList<>();
        for (Certificate certificate : tls.getSession().getPeerCertificates()) {
          ders.add(certificate.getEncoded());
        }
        List<byte[]> responses =
            tls.getSession() instanceof ExtendedSSLSession session
                ? session.getStatusResponses()
                : List.of();
        return new Shown(
            List.copyOf(ders), responses.isEmpty() ? new byte[0] : responses.getFirst());
      } catch (CertificateEncodingException e) {
        throw new IOException("the server's chain cannot be read", e);
      }
    }
  }

  /**
   * A socket whose handshake is still to be started; closing it closes the given one.
   *
   * @param host the server name, unless it is an address (RFC 6066 §3)
   */
  public static SSLSocket on(Socket socket, String host) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new AnyServer()}, null);
      SSLSocket tls =
          (SSLSocket) context.getSocketFactory().createSocket(socket, host, socket.getPort(), true);
      tls.setEnabledProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
      SSLParameters parameters = tls.getSSLParameters();
      if (isName(host)) {
        parameters.setServerNames(List.of(new SNIHostName(host)));
      }
      tls.setSSLParameters(parameters);
      return tls;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS", e);
    }
  }

  private static boolean isName(String host) {
    return host.matches(".*[A-Za-z][^.:]*") && !host.contains(":") && !host.endsWith(".");
  }

  private static final class AnyServer extends X509ExtendedTrustManager {
    @Override
    public void checkServerTrusted(X509Certificate[] shown, String type, @Nullable Socket socket) {
      // Judged by the caller.
    }

    @Override
    public void checkServerTrusted(X509Certificate[] shown, String type, @Nullable SSLEngine engine)
        throws CertificateException {
      throw new CertificateException("handshakes here are on sockets");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] shown, String type)
        throws CertificateException {
      throw new CertificateException("handshakes here are on sockets");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String type, @Nullable Socket socket)
        throws CertificateException {
      throw new CertificateException("clients are not checked here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String type, @Nullable SSLEngine engine)
        throws CertificateException {
      throw new CertificateException("clients are not checked here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String type)
        throws CertificateException {
      throw new CertificateException("clients are not checked here");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
