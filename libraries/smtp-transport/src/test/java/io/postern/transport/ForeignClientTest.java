package io.postern.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.TlsFacts;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The JDK's own TLS as a client, as other mail servers' administrators configure it. */
class ForeignClientTest {

  private record Seen(String subjectKey, String group, String line) {}

  private static Seen session(TlsServer server, SSLParameters parameters) throws Exception {
    try (Wire wire = new Wire()) {
      Future<TlsFacts> accepted =
          wire.accept(
              c -> {
                TlsFacts facts = c.startTls(server);
                Wire.say(c, Wire.hear(c));
                assertThat(c.fill()).isEqualTo(-1); // close_notify
                return facts;
              });
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new AnyChain()}, null);
      try (Socket plain = new Socket(wire.address().getAddress(), wire.address().getPort());
          SSLSocket tls =
              (SSLSocket) context.getSocketFactory().createSocket(plain, "mx.example", 25, true)) {
        tls.setSoTimeout(10_000);
        tls.setSSLParameters(parameters);
        tls.startHandshake();
        tls.getOutputStream().write("NOOP\r\n".getBytes(StandardCharsets.US_ASCII));
        byte[] line = tls.getInputStream().readNBytes(6);
        X509Certificate leaf = (X509Certificate) tls.getSession().getPeerCertificates()[0];
        tls.close();
        return new Seen(
            leaf.getPublicKey().getAlgorithm(),
            Wire.get(accepted).getGroup(),
            new String(line, StandardCharsets.US_ASCII));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "TLSv1.3,,,EC", // everything
    "TLSv1.2,,,EC",
    "TLSv1.3,,rsa_pss_rsae_sha256,RSA", // cannot verify ECDSA
    "TLSv1.2,,rsa_pkcs1_sha256,RSA",
    "TLSv1.2,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,,RSA", // ECDSA among the signature algorithms,
    // but no suite for it
    "TLSv1.2,TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,,EC",
  })
  void eachClientGetsTheCertificateThatItCanVerify(
      String version, String suite, String algorithm, String key) throws Exception {
    SSLParameters parameters = new SSLParameters();
    parameters.setProtocols(new String[] {version});
    if (suite != null) {
      parameters.setCipherSuites(new String[] {suite});
    }
    if (algorithm != null) {
      parameters.setSignatureSchemes(new String[] {algorithm});
    }
    try (TlsServer server = new TlsServer(TestCa.EC, TestCa.RSA)) {
      Seen seen = session(server, parameters);
      assertThat(seen.subjectKey()).isEqualTo(key);
      assertThat(seen.line()).isEqualTo("NOOP\r\n");
    }
  }

  @Test
  void groupIsKnownAfterAHelloRetryRequestToo() throws Exception {
    SSLParameters parameters = new SSLParameters();
    parameters.setProtocols(new String[] {"TLSv1.3"});
    parameters.setNamedGroups(
        new String[] {"secp521r1", "secp384r1"}); // the share is for a group that we do not have
    try (TlsServer server = new TlsServer(TestCa.EC)) {
      assertThat(session(server, parameters).group()).isEqualTo("secp384r1");
    }
  }
}
