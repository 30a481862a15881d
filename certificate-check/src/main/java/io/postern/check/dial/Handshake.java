package io.postern.check.dial;

import io.postern.certificate.revocation.fetch.Deadline;
import io.postern.certificate.revocation.fetch.FetchException;
import io.postern.check.report.Connection.Status;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * A TLS handshake that takes any chain, to look at it; nothing that is secret goes over it. TLS 1.2
 * and 1.3, by the JDK's own TLS. One thread.
 */
final class Handshake {
  private Handshake() {}

  /** The server's certificates and stapled response. */
  record Shown(List<byte[]> chain, byte[] stapled, String protocol, String cipherSuite) {}

  static Shown on(Socket socket, String host, Deadline deadline)
      throws DialFailedException, IOException, FetchException {
    AcceptingTrustManager trust = new AcceptingTrustManager();
    AtomicBoolean late = new AtomicBoolean();
    // A read's time-out alone would let a server gain time by dripping.
    long millis = deadline.left().toMillis();
    Thread watch =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    Thread.sleep(millis);
                    late.set(true);
                    socket.close();
                  } catch (InterruptedException | IOException e) {
                    // It was in time, or is closed already.
                  }
                });
    try (SSLSocket tls = layer(socket, host, trust)) {
      tls.startHandshake();
      SSLSession session = tls.getSession();
      tls.getOutputStream().write("QUIT\r\n".getBytes(StandardCharsets.US_ASCII));
      return new Shown(trust.chain, trust.stapled, session.getProtocol(), session.getCipherSuite());
    } catch (IOException e) {
      if (late.get()) {
        throw new SocketTimeoutException("the handshake was not done in time");
      }
      if (e instanceof SSLException) {
        throw new DialFailedException(
            Status.HANDSHAKE_FAILED, "no TLS handshake: " + e.getMessage());
      }
      throw e;
    } finally {
      watch.interrupt();
    }
  }

  private static SSLSocket layer(Socket socket, String host, AcceptingTrustManager trust)
      throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {trust}, null);
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

  // RFC 6066 §3: no addresses.
  private static boolean isName(String host) {
    return host.matches(".*[A-Za-z][^.:]*") && !host.contains(":") && !host.endsWith(".");
  }

  /** Accepts every server and remembers its certificates. */
  private static final class AcceptingTrustManager extends X509ExtendedTrustManager {
    private List<byte[]> chain = List.of();
    private byte[] stapled = {};

    @Override
    public void checkServerTrusted(X509Certificate[] shown, String type, @Nullable Socket socket)
        throws CertificateEncodingException {
      List<byte[]> ders = new ArrayList<>();
      for (X509Certificate certificate : shown) {
        ders.add(certificate.getEncoded());
      }
      chain = List.copyOf(ders);
      if (socket instanceof SSLSocket tls
          && tls.getHandshakeSession() instanceof ExtendedSSLSession session
          && !session.getStatusResponses().isEmpty()) {
        stapled = session.getStatusResponses().getFirst();
      }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] shown, String type, @Nullable SSLEngine engine)
        throws CertificateEncodingException {
      throw new CertificateEncodingException("handshakes here are on sockets");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] shown, String type)
        throws CertificateEncodingException {
      throw new CertificateEncodingException("handshakes here are on sockets");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String type, @Nullable Socket socket)
        throws CertificateEncodingException {
      throw new CertificateEncodingException("no client is judged here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String type, @Nullable SSLEngine engine)
        throws CertificateEncodingException {
      throw new CertificateEncodingException("no client is judged here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String type)
        throws CertificateEncodingException {
      throw new CertificateEncodingException("no client is judged here");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
