package io.postern.certificate.dns;

import io.postern.lab.LabCa;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A sender that fetches a policy from 127.0.0.1 as if the DNS named it (RFC 8461 §3.3). */
record PolicyClient(LabCa authority, int port) {
  /**
   * @param certificate that the server has shown
   * @param text header and body
   */
  record Fetched(X509Certificate certificate, String text) {
    int status() {
      return Integer.parseInt(text.split(" ", 3)[1]);
    }

    String body() {
      return text.substring(text.indexOf("\r\n\r\n") + 4);
    }
  }

  /** The server's certificate must be of the authority and have the host's name. */
  Fetched get(String host, String path) throws IOException, GeneralSecurityException {
    return request(
        host, "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
  }

  Fetched request(String host, String request) throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("root", authority.root());
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    try (Socket plain = new Socket("127.0.0.1", port);
        SSLSocket socket =
            (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true)) {
      socket.setSoTimeout((int) Duration.ofSeconds(30).toMillis());
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      byte[] answer = socket.getInputStream().readAllBytes();
      return new Fetched(
          (X509Certificate) socket.getSession().getPeerCertificates()[0],
          new String(answer, StandardCharsets.US_ASCII));
    }
  }
}
