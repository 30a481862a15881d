package io.postern.check.dial;

import io.postern.certificate.fetch.Deadline;
import io.postern.certificate.fetch.FetchException;
import io.postern.certificate.fetch.TlsClient;
import io.postern.check.report.Connection.Status;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/**
 * A TLS handshake that takes any chain, to look at it; nothing that is secret goes over it. One
 * thread.
 */
final class Handshake {
  private Handshake() {}

  /** The server's certificates and stapled response. */
  record Shown(List<byte[]> chain, byte[] stapled, String protocol, String cipherSuite) {}

  static Shown on(Socket socket, String host, Deadline deadline)
      throws DialFailedException, IOException, FetchException {
    try (Deadline.Watch watch = deadline.watching(socket)) {
      try (SSLSocket tls = TlsClient.on(socket, host)) {
        tls.startHandshake();
        SSLSession session = tls.getSession();
        TlsClient.Shown shown = TlsClient.Shown.on(tls);
        tls.getOutputStream().write("QUIT\r\n".getBytes(StandardCharsets.US_ASCII));
        return new Shown(
            shown.chain(), shown.stapled(), session.getProtocol(), session.getCipherSuite());
      } catch (IOException e) {
        if (watch.late()) {
          throw new SocketTimeoutException("the handshake was not done in time");
        }
        if (e instanceof SSLException) {
          throw new DialFailedException(
              Status.HANDSHAKE_FAILED, "no TLS handshake: " + e.getMessage());
        }
        throw e;
      }
    }
  }
}
