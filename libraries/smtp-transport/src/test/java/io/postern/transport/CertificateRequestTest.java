package io.postern.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsVersion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests for our certificate by servers with the JDK's own TLS, as administrators configure them.
 */
class CertificateRequestTest {
  private static final char[] NO_PASSWORD = {};

  /** The facts on our side. */
  private record Seen(TlsFacts facts, Optional<CertificateRequest> request) {}

  private Wire wire;

  @BeforeEach
  void open() throws Exception {
    wire = new Wire();
  }

  @AfterEach
  void close() throws Exception {
    wire.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void theAuthoritiesThatTheServerNamesAreSeen(String version) throws Exception {
    Seen seen = session(parameters(version, true), List.of(TestCa.root()), TestCa.CLIENT_EC);
    assertThat(seen.request())
        .contains(
            new CertificateRequest(
                Set.of(CertificateRequest.digest(TestCa.root().getSubjectX500Principal())),
                false,
                true,
                true));
    assertThat(seen.facts().getOwnFingerprint().isEmpty()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void aServerThatNamesNoneTakesAny(String version) throws Exception {
    Seen seen = session(parameters(version, true), List.of(), TestCa.CLIENT_EC);
    assertThat(seen.request()).contains(new CertificateRequest(Set.of(), false, true, true));
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void aServerThatDoesNotAskHasAskedForNothing(String version) throws Exception {
    Seen seen = session(parameters(version, false), List.of(TestCa.root()), TestCa.CLIENT_EC);
    assertThat(seen.request()).isEmpty();
    assertThat(seen.facts().getOwnFingerprint().isEmpty()).isTrue();
  }

  @Test
  void withoutACertificateTheRequestIsNotKnown() throws Exception {
    assertThat(session(parameters("TLSv1.3", true), List.of(TestCa.root()), null).request())
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "TLSv1.3, ecdsa_secp256r1_sha256, true, false",
    "TLSv1.2, 'ecdsa_secp256r1_sha256,rsa_pkcs1_sha256', true, true",
  })
  void theKeysThatTheServerVerifiesAreSeen(
      String version, String schemes, boolean ecdsa, boolean rsa) throws Exception {
    SSLParameters parameters = parameters(version, true);
    parameters.setSignatureSchemes(schemes.split(","));
    CertificateRequest request =
        session(parameters, List.of(), TestCa.CLIENT_EC).request().orElseThrow();
    assertThat(request.verifiesEcdsa()).isEqualTo(ecdsa);
    assertThat(request.verifiesRsa()).isEqualTo(rsa);
  }

  @Test
  void ofALongListTheFirstAreKept() throws Exception {
    X500Principal[] many =
        IntStream.range(0, CertificateRequest.MOST + 1)
            .mapToObj(i -> new X500Principal("CN=" + i))
            .toArray(X500Principal[]::new);
    SSLSession session = SSLContext.getDefault().createSSLEngine().getSession();
    String[] types = {"RSA", "EC"};
    CertificateRequest request = CertificateRequest.of(types, many, session);
    assertThat(request.cut()).isTrue();
    assertThat(request.authorities())
        .hasSize(CertificateRequest.MOST)
        .contains(CertificateRequest.digest(many[0]))
        .doesNotContain(CertificateRequest.digest(many[CertificateRequest.MOST]));
  }

  /** TLS 1.2: certificate_types without the type is a no, whatever the signature algorithms say. */
  @Test
  void aTypeThatIsNotAskedForIsNotVerified() throws Exception {
    SSLSession session = SSLContext.getDefault().createSSLEngine().getSession();
    CertificateRequest request = CertificateRequest.of(new String[] {"RSA"}, null, session);
    assertThat(request.verifiesEcdsa()).isFalse();
    assertThat(request.verifiesRsa()).isTrue();
  }

  /** A session that the server does not resume shows no request of its first handshake. */
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void anEarlierRequestIsNotTakenForTheOneOfNow(String version) throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        TlsClient client = new TlsClient(TestCa.CLIENT_EC, TlsVersion.TLS_1_2)) {
      InetSocketAddress address = (InetSocketAddress) listener.getLocalSocketAddress();
      Seen first =
          once(listener, parameters(version, true), List.of(TestCa.root()), client, address);
      assertThat(first.request().orElseThrow().authorities()).hasSize(1);
      // Another context, as after a restart: it cannot resume.
      Seen second = once(listener, parameters(version, false), List.of(), client, address);
      assertThat(second.facts().getResumed()).isFalse();
      assertThat(second.request()).isEmpty();
      Seen third = once(listener, parameters(version, true), List.of(), client, address);
      assertThat(third.request().orElseThrow().authorities()).isEmpty();
    }
  }

  private static SSLParameters parameters(String version, boolean ask) {
    SSLParameters parameters = new SSLParameters();
    parameters.setProtocols(new String[] {version});
    parameters.setWantClientAuth(ask);
    return parameters;
  }

  private Seen session(
      SSLParameters parameters, List<X509Certificate> authorities, @Nullable KeyMaterial ours)
      throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        TlsClient client = new TlsClient(ours, TlsVersion.TLS_1_2)) {
      return once(
          listener,
          parameters,
          authorities,
          client,
          (InetSocketAddress) listener.getLocalSocketAddress());
    }
  }

  private Seen once(
      ServerSocket listener,
      SSLParameters parameters,
      List<X509Certificate> authorities,
      TlsClient client,
      InetSocketAddress address)
      throws Exception {
    Future<Boolean> served = wire.run(() -> serve(listener.accept(), parameters, authorities));
    Seen seen = seen(address, client);
    assertThat(Wire.get(served)).isTrue();
    return seen;
  }

  private static Seen seen(InetSocketAddress server, TlsClient client) throws Exception {
    try (SmtpConnection connection = SmtpConnection.connect(server, null, Wire.PATIENCE)) {
      connection.readTimeout(Wire.PATIENCE);
      TlsFacts facts = connection.startTls(client, "mx.example");
      Wire.say(connection, "NOOP");
      assertThat(Wire.hear(connection)).isEqualTo("NOOP");
      return new Seen(facts, Optional.ofNullable(connection.certificateRequest()));
    }
  }

  private static boolean serve(
      Socket plain, SSLParameters parameters, List<X509Certificate> authorities) throws Exception {
    try (SSLSocket tls =
        (SSLSocket) context(authorities).getSocketFactory().createSocket(plain, null, true)) {
      tls.setSoTimeout((int) Wire.PATIENCE.toMillis());
      tls.setUseClientMode(false);
      tls.setSSLParameters(parameters);
      byte[] line = tls.getInputStream().readNBytes("NOOP\r\n".length());
      tls.getOutputStream().write(line);
      return new String(line, StandardCharsets.US_ASCII).equals("NOOP\r\n");
    }
  }

  private static SSLContext context(List<X509Certificate> authorities) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, NO_PASSWORD);
    store.setKeyEntry(
        "server", TestCa.EC.key(), NO_PASSWORD, TestCa.EC.chain().toArray(X509Certificate[]::new));
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, NO_PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), new TrustManager[] {naming(authorities)}, null);
    return context;
  }

  /** Trusts everybody, and names these. */
  private static X509TrustManager naming(List<X509Certificate> authorities) {
    List<X509Certificate> named = new ArrayList<>(authorities);
    return new X509TrustManager() {
      @Override
      public void checkClientTrusted(X509Certificate[] chain, String type) {}

      @Override
      public void checkServerTrusted(X509Certificate[] chain, String type) {}

      @Override
      public X509Certificate[] getAcceptedIssuers() {
        return named.toArray(X509Certificate[]::new);
      }
    };
  }
}
