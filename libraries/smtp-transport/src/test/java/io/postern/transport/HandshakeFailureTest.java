package io.postern.transport;

import static io.postern.transport.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.postern.contracts.v1.HandshakeFailure;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsVersion;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The cause of each way in which a client does not finish its handshake. */
class HandshakeFailureTest {
  private Wire wire;

  @BeforeEach
  void open() throws Exception {
    wire = new Wire();
  }

  @AfterEach
  void close() throws Exception {
    wire.close();
  }

  /**
   * The server's failure with a client that sends these octets and then ends its side, or stays.
   */
  private HandshakeFailure failure(TlsServer server, boolean ends, byte[]... said)
      throws Exception {
    wire.closing(server);
    Future<TlsFacts> accepted =
        wire.accept(
            c -> {
              c.readTimeout(ends ? Wire.PATIENCE : Duration.ofMillis(50));
              return c.startTls(server);
            });
    try (Socket client = new Socket(wire.address().getAddress(), wire.address().getPort())) {
      OutputStream out = client.getOutputStream();
      InputStream in = client.getInputStream();
      for (int i = 0; i < said.length; i++) {
        out.write(said[i]);
        if (i < said.length - 1) {
          assertThat(in.read()).as("the server's flight").isPositive();
        }
      }
      if (ends) {
        client.shutdownOutput();
      }
      TlsHandshakeException failed =
          catchThrowableOfType(TlsHandshakeException.class, () -> get(accepted));
      assertThat(failed).isNotNull();
      assertThat(failed).hasMessageNotContaining("null");
      return failed.failure();
    }
  }

  private static byte[] hello(SSLEngine client) throws Exception {
    try {
      ByteBuffer hello = new MemoryHandshake(client).hello();
      byte[] octets = new byte[hello.remaining()];
      hello.get(octets);
      return octets;
    } finally {
      ReferenceCountUtil.release(client);
    }
  }

  private static byte[] hello(SslContextBuilder builder) throws Exception {
    SslContext context =
        builder.sslProvider(SslProvider.OPENSSL_REFCNT).trustManager(new AnyChain()).build();
    try {
      return hello(context.newEngine(PooledByteBufAllocator.DEFAULT));
    } finally {
      ReferenceCountUtil.release(context);
    }
  }

  private static TlsServer tls12() {
    return new TlsServer(
        TlsServerOptions.DEFAULT.withVersions(TlsVersion.TLS_1_2, TlsVersion.TLS_1_2), TestCa.EC);
  }

  @ParameterizedTest
  @CsvSource({
    "40, HANDSHAKE_REFUSED", // handshake_failure
    "42, HANDSHAKE_CERTIFICATE_REFUSED", // bad_certificate
    "43, HANDSHAKE_CERTIFICATE_REFUSED", // unsupported_certificate
    "44, HANDSHAKE_CERTIFICATE_REVOKED",
    "45, HANDSHAKE_CERTIFICATE_EXPIRED",
    "46, HANDSHAKE_CERTIFICATE_REFUSED", // certificate_unknown
    "48, HANDSHAKE_UNKNOWN_CA",
    "49, HANDSHAKE_CERTIFICATE_REFUSED", // access_denied
    "70, HANDSHAKE_NO_SHARED_VERSION",
    "71, HANDSHAKE_REFUSED", // insufficient_security
    "80, HANDSHAKE_REFUSED", // internal_error
    "112, HANDSHAKE_REFUSED", // unrecognized_name
    "200, HANDSHAKE_OTHER" // of nobody
  })
  void anAlertIsTheClientsReason(int alert, HandshakeFailure failure) throws Exception {
    byte[] hello = hello(SslContextBuilder.forClient().protocols("TLSv1.2"));
    byte[] fatal = {21, 3, 3, 0, 2, 2, (byte) alert};
    assertThat(failure(tls12(), true, hello, fatal)).isEqualTo(failure);
  }

  @Test
  void whatIsNotSharedIsNamed() throws Exception {
    assertThat(
            failure(
                tls12(),
                true,
                hello(
                    SslContextBuilder.forClient()
                        .protocols("TLSv1.2")
                        .ciphers(List.of("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")))))
        .isEqualTo(HandshakeFailure.HANDSHAKE_NO_SHARED_SUITE);
    assertThat(
            failure(
                new TlsServer(TestCa.EC, TestCa.RSA),
                true,
                hello(
                    SslContextBuilder.forClient()
                        .protocols("TLSv1.2")
                        .ciphers(List.of("TLS_RSA_WITH_AES_128_GCM_SHA256")))))
        .isEqualTo(HandshakeFailure.HANDSHAKE_NO_SHARED_SUITE);
    assertThat(
            failure(
                new TlsServer(TestCa.EC),
                true,
                hello(
                    SslContextBuilder.forClient()
                        .protocols("TLSv1.3")
                        .option(OpenSslContextOption.GROUPS, new String[] {"P-521"}))))
        .isEqualTo(HandshakeFailure.HANDSHAKE_NO_SHARED_GROUP);
    assertThat(failure(tls12(), true, hello(SslContextBuilder.forClient().protocols("TLSv1.3"))))
        .isEqualTo(HandshakeFailure.HANDSHAKE_NO_SHARED_VERSION);
    assertThat(failure(new TlsServer(TestCa.EC), true, hello(verifiesRsaAlone())))
        .isEqualTo(HandshakeFailure.HANDSHAKE_NO_SHARED_SIGNATURE);
  }

  private static SSLEngine verifiesRsaAlone() throws Exception {
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(null, new TrustManager[] {new AnyChain()}, null);
    SSLEngine client = context.createSSLEngine();
    client.setUseClientMode(true);
    SSLParameters parameters = client.getSSLParameters();
    parameters.setSignatureSchemes(new String[] {"rsa_pss_rsae_sha256"});
    client.setSSLParameters(parameters);
    return client;
  }

  @Test
  void anOldClientSharesNoVersion() throws Exception {
    byte[] hello = hello(SslContextBuilder.forClient().protocols("TLSv1.2"));
    hello[9] = 3; // client_version
    hello[10] = 1; // TLS 1.0
    assertThat(failure(new TlsServer(TestCa.EC), true, hello))
        .isEqualTo(HandshakeFailure.HANDSHAKE_NO_SHARED_VERSION);
  }

  @Test
  void whoIsNoTlsClientOrGoesAwayOrIsSilent() throws Exception {
    assertThat(failure(tls12(), true, "EHLO in.plaintext\r\n".getBytes(StandardCharsets.US_ASCII)))
        .isEqualTo(HandshakeFailure.HANDSHAKE_NOT_TLS);
    assertThat(failure(tls12(), true, new byte[0])).isEqualTo(HandshakeFailure.HANDSHAKE_CLOSED);
    byte[] hello = hello(SslContextBuilder.forClient().protocols("TLSv1.2"));
    assertThat(failure(tls12(), true, hello)).isEqualTo(HandshakeFailure.HANDSHAKE_CLOSED);
    assertThat(failure(tls12(), false, hello)).isEqualTo(HandshakeFailure.HANDSHAKE_TIMED_OUT);
    assertThat(failure(tls12(), false, new byte[0]))
        .isEqualTo(HandshakeFailure.HANDSHAKE_TIMED_OUT);
  }
}
