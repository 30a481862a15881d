package io.postern.transport;

import static io.postern.transport.Wire.get;
import static io.postern.transport.Wire.hear;
import static io.postern.transport.Wire.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.HandshakeFailure;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Future;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class HandshakeTest {
  @SuppressWarnings("ArrayRecordComponent")
  private record Seen(TlsFacts facts, List<byte[]> chain, byte[] staple) {
    static Seen of(SmtpConnection connection) {
      TlsFacts facts = connection.tlsFacts();
      assertThat(facts).isNotNull();
      return new Seen(facts, connection.peerChain(), connection.stapledOcsp());
    }
  }

  private record Both(Seen server, Seen client) {}

  private Wire wire;

  @BeforeEach
  void open() throws Exception {
    wire = new Wire();
  }

  @AfterEach
  void close() throws Exception {
    wire.close();
  }

  private TlsServer server(KeyMaterial... materials) {
    return wire.closing(new TlsServer(materials));
  }

  private TlsServer server(TlsServerOptions options, KeyMaterial... materials) {
    return wire.closing(new TlsServer(options, materials));
  }

  private TlsClient client(@Nullable KeyMaterial material, TlsVersion minimum) {
    return wire.closing(new TlsClient(material, minimum));
  }

  /** One session with a line each way, so that tickets have arrived. */
  private Both session(TlsServer server, TlsClient client, String name) throws Exception {
    return session(server, client, name, "");
  }

  private Both session(TlsServer server, TlsClient client, String name, String scope)
      throws Exception {
    Future<Seen> accepted =
        wire.accept(
            c -> {
              c.startTls(server);
              say(c, hear(c));
              assertThat(hear(c)).isEqualTo("QUIT");
              return Seen.of(c);
            });
    Future<Seen> connected =
        wire.connect(
            c -> {
              c.startTls(client, name, true, scope);
              say(c, "hello");
              assertThat(hear(c)).isEqualTo("hello");
              say(c, "QUIT");
              return Seen.of(c);
            });
    Seen ours = get(connected);
    return new Both(get(accepted), ours);
  }

  @ParameterizedTest
  @CsvSource({
    "TLS_1_2,EC,EC",
    "TLS_1_2,RSA,EC",
    "TLS_1_2,EC,RSA",
    "TLS_1_2,RSA,none",
    "TLS_1_3,EC,EC",
    "TLS_1_3,RSA,RSA",
    "TLS_1_3,EC,none",
    "TLS_1_3,RSA,EC"
  })
  void bothSidesSeeVersionSuiteChainAndNames(TlsVersion version, String serverKey, String clientKey)
      throws Exception {
    KeyMaterial ours = serverKey.equals("EC") ? TestCa.EC : TestCa.RSA;
    @Nullable KeyMaterial theirs =
        clientKey.equals("none")
            ? null
            : clientKey.equals("EC") ? TestCa.CLIENT_EC : TestCa.CLIENT_RSA;
    Both both =
        session(
            server(TlsServerOptions.DEFAULT.withVersions(version, version), ours),
            client(theirs, TlsVersion.TLS_1_2),
            "mx.example");

    for (TlsFacts facts : List.of(both.client().facts(), both.server().facts())) {
      assertThat(facts.getVersion()).isEqualTo(version);
      assertThat(facts.getCipherSuite())
          .matches(
              version == TlsVersion.TLS_1_3
                  ? "TLS_AES_.*|TLS_CHACHA.*"
                  : "TLS_ECDHE_(ECDSA|RSA)_WITH_.*GCM.*");
      assertThat(facts.getForwardSecrecy()).isTrue();
      assertThat(facts.getGroup()).isEqualTo(version == TlsVersion.TLS_1_3 ? "X25519MLKEM768" : "");
      assertThat(facts.getResumed()).isFalse();
      assertThat(facts.getServerName()).isEqualTo("mx.example");
    }
    assertThat(both.client().facts().getPeerNamesList())
        .containsExactly("mx.example", "alias.example");
    assertThat(both.client().facts().getPeerSubject()).isEqualTo("CN=mx.example");
    assertThat(both.server().facts().getOwnFingerprint().toByteArray())
        .isEqualTo(Fingerprints.sha256(der(ours).getFirst()));
    assertThat(both.server().facts().getPeerVerifiesEcdsa()).isTrue();
    assertThat(both.server().facts().getPeerVerifiesRsa()).isTrue();
    assertThat(both.client().chain()).containsExactlyElementsOf(der(ours));
    assertThat(both.client().facts().getPeerChainFingerprint().toByteArray())
        .isEqualTo(Fingerprints.chain(der(ours)));
    assertThat(both.server().chain())
        .containsExactlyElementsOf(theirs == null ? List.of() : der(theirs));
    assertThat(both.server().facts().getPeerNamesList())
        .isEqualTo(theirs == null ? List.of() : List.of("client.example"));
  }

  private static List<byte[]> der(KeyMaterial material) throws Exception {
    List<byte[]> der = new java.util.ArrayList<>();
    for (var certificate : material.chain()) {
      der.add(certificate.getEncoded());
    }
    return der;
  }

  @Test
  void strongestSuiteFirstAndNewestVersion() throws Exception {
    Both both = session(server(TestCa.EC, TestCa.RSA), client(null, TlsVersion.TLS_1_2), "");
    assertThat(both.client().facts().getVersion()).isEqualTo(TlsVersion.TLS_1_3);
    assertThat(both.server().facts().getServerName()).isEmpty();
    TlsServerOptions tls12 =
        TlsServerOptions.DEFAULT.withVersions(TlsVersion.TLS_1_2, TlsVersion.TLS_1_2);
    both = session(server(tls12, TestCa.EC, TestCa.RSA), client(null, TlsVersion.TLS_1_2), "");
    assertThat(both.client().facts().getCipherSuite())
        .isEqualTo("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
  }

  @Test
  void aPeerWithoutForwardSecrecyIsSeenNotFailed() throws Exception {
    Both both =
        session(
            server(TlsServerOptions.DEFAULT.withoutForwardSecrecy(), TestCa.RSA),
            client(null, TlsVersion.TLS_1_2),
            "mx.example");
    assertThat(both.client().facts().getForwardSecrecy()).isFalse();
    assertThat(both.client().facts().getCipherSuite()).isEqualTo("TLS_RSA_WITH_AES_256_GCM_SHA384");
    assertThat(both.client().facts().getVersion()).isEqualTo(TlsVersion.TLS_1_2);
  }

  @ParameterizedTest
  @CsvSource({
    "mx.example.,mx.example",
    "192.0.2.1,''",
    "2001:db8::1,''",
    "mx_1.example,''",
    "'',''",
    "xn--bcher-kva.example,xn--bcher-kva.example"
  })
  void onlyHostNamesAreSentAsServerName(String name, String sent) throws Exception {
    Both both = session(server(TestCa.EC), client(null, TlsVersion.TLS_1_2), name);
    assertThat(both.server().facts().getServerName()).isEqualTo(sent);
    assertThat(both.client().facts().getServerName()).isEqualTo(sent);
  }

  @Test
  void serverNameChoosesTheCertificate() throws Exception {
    TlsServer server = server(TestCa.EC, TestCa.OTHER, TestCa.RSA);
    TlsClient client = client(null, TlsVersion.TLS_1_2);
    assertThat(session(server, client, "a.other.example").client().facts().getPeerNamesList())
        .containsExactly("*.other.example");
    assertThat(session(server, client, "mx.example").client().facts().getPeerNamesList())
        .contains("mx.example");
    assertThat(session(server, client, "unknown.example").client().facts().getPeerNamesList())
        .contains("mx.example");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void aClientThatVerifiesRsaAloneGetsAnRsaCertificateOfAnotherNameRatherThanNone(String version)
      throws Exception {
    SSLContext context = SSLContext.getInstance(version);
    context.init(null, new TrustManager[] {new AnyChain()}, null);
    SSLEngine client = context.createSSLEngine();
    client.setUseClientMode(true);
    SSLParameters parameters = client.getSSLParameters();
    parameters.setProtocols(new String[] {version});
    parameters.setServerNames(List.of(new SNIHostName("a.other.example")));
    parameters.setSignatureSchemes(new String[] {"rsa_pss_rsae_sha256"});
    client.setSSLParameters(parameters);
    TlsServer server = server(TestCa.OTHER, TestCa.RSA);
    assertThat(new MemoryHandshake(client).suite(server::newEngine)).isPresent();
    assertThat(client.getSession().getPeerCertificates()[0])
        .isEqualTo(TestCa.RSA.chain().getFirst());
  }

  @ParameterizedTest
  @EnumSource(names = {"TLS_1_2", "TLS_1_3"})
  void resumptionStaysWithinOneClientAndOneServerName(TlsVersion version) throws Exception {
    TlsServer server = server(TlsServerOptions.DEFAULT.withVersions(version, version), TestCa.EC);
    TlsClient client = client(TestCa.CLIENT_EC, TlsVersion.TLS_1_2);
    Both first = session(server, client, "mx.example");
    Both second = session(server, client, "mx.example");
    assertThat(first.client().facts().getResumed()).isFalse();
    assertThat(second.client().facts().getResumed()).isTrue();
    assertThat(second.server().facts().getResumed()).isTrue();
    assertThat(second.client().facts().getGroup())
        .as("its own key exchange, where it has one")
        .isEqualTo(version == TlsVersion.TLS_1_3 ? "X25519MLKEM768" : "");
    assertThat(second.client().chain()).containsExactlyElementsOf(first.client().chain());
    assertThat(second.server().chain()).containsExactlyElementsOf(der(TestCa.CLIENT_EC));
    assertThat(session(server, client, "alias.example").client().facts().getResumed()).isFalse();
    assertThat(session(server, client, "").client().facts().getResumed()).isFalse();
    TlsClient other = client(TestCa.CLIENT_EC, TlsVersion.TLS_1_2);
    assertThat(session(server, other, "mx.example").client().facts().getResumed()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(names = {"TLS_1_2", "TLS_1_3"})
  void noSessionIsOfferedInAnotherScope(TlsVersion version) throws Exception {
    TlsServer server = server(TlsServerOptions.DEFAULT.withVersions(version, version), TestCa.EC);
    TlsClient client = client(null, TlsVersion.TLS_1_2);
    record Try(String name, String scope, boolean resumed) {}
    for (Try each :
        List.of(
            new Try("mx.example", "a", false),
            new Try("mx.example", "b", false),
            new Try("mx.example", "", false),
            new Try("mx.example", "a", true),
            new Try("mx.example", "b", true),
            new Try("", "a", false),
            new Try("", "b", false),
            new Try("", "a", true))) {
      Both both = session(server, client, each.name(), each.scope());
      assertThat(both.client().facts().getResumed()).as("%s", each).isEqualTo(each.resumed());
      assertThat(both.server().facts().getServerName()).as("%s", each).isEqualTo(each.name());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"TLS_1_2", "TLS_1_3"})
  void stapledOcspResponseIsCaptured(TlsVersion version) throws Exception {
    byte[] staple = "an OCSP response".getBytes(StandardCharsets.US_ASCII);
    TlsServerOptions options =
        TlsServerOptions.DEFAULT.withVersions(version, version).withStaples(leaf -> staple);
    assertThat(
            session(server(options, TestCa.EC), client(null, TlsVersion.TLS_1_2), "mx.example")
                .client()
                .staple())
        .isEqualTo(staple);
    assertThat(
            session(server(TestCa.EC), client(null, TlsVersion.TLS_1_2), "mx.example")
                .client()
                .staple())
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"TLS_1_2", "TLS_1_3"})
  void theStapleIsThatOfTheChosenCertificate(TlsVersion version) throws Exception {
    TlsServerOptions options =
        TlsServerOptions.DEFAULT
            .withVersions(version, version)
            .withStaples(
                leaf ->
                    leaf.equals(TestCa.RSA.chain().getFirst())
                        ? new byte[0]
                        : leaf.getSubjectX500Principal()
                            .getName()
                            .getBytes(StandardCharsets.US_ASCII));
    TlsServer server = server(options, TestCa.EC, TestCa.OTHER);
    TlsClient client = client(null, TlsVersion.TLS_1_2);
    assertThat(session(server, client, "mx.example").client().staple())
        .asString()
        .isEqualTo("CN=mx.example");
    assertThat(session(server, client, "a.other.example").client().staple())
        .asString()
        .isEqualTo("CN=*.other.example");
    TlsServer without = server(options, TestCa.RSA, TestCa.OTHER);
    assertThat(session(without, client, "mx.example").client().staple()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"TLS_1_2", "TLS_1_3"})
  void theServersOrderOfGroupsDecides(TlsVersion version) throws Exception {
    TlsServerOptions options =
        TlsServerOptions.DEFAULT
            .withVersions(version, version)
            .withGroups(List.of("secp384r1", "x25519"));
    Both both = session(server(options, TestCa.EC), client(null, TlsVersion.TLS_1_2), "mx.example");
    assertThat(both.client().facts().getGroup())
        .isEqualTo(version == TlsVersion.TLS_1_3 ? "secp384r1" : "");
  }

  @Test
  void theServersOrderOfSuitesDecidesInTls12() throws Exception {
    List<String> suites =
        List.of(
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
    TlsServerOptions options =
        TlsServerOptions.DEFAULT
            .withVersions(TlsVersion.TLS_1_2, TlsVersion.TLS_1_2)
            .withTls12Suites(suites);
    Both both = session(server(options, TestCa.EC), client(null, TlsVersion.TLS_1_2), "mx.example");
    assertThat(both.client().facts().getCipherSuite()).isEqualTo(suites.getFirst());
  }

  @Test
  void aReloadedCertificateIsForNewHandshakesAndOpenSessionsLiveOn() throws Exception {
    TlsServer server = server(TestCa.EC);
    TlsClient client = client(null, TlsVersion.TLS_1_2);
    Future<String> accepted =
        wire.accept(
            c -> {
              c.startTls(server);
              say(c, "ready");
              return hear(c);
            });
    Future<Boolean> connected =
        wire.connect(
            c -> {
              c.startTls(client, "mx.example");
              assertThat(hear(c)).isEqualTo("ready");
              server.reload(TestCa.OTHER);
              say(c, "still here");
              return true;
            });
    assertThat(get(connected)).isTrue();
    assertThat(get(accepted)).isEqualTo("still here");
    assertThat(
            session(server, client(null, TlsVersion.TLS_1_2), "mx.example")
                .client()
                .facts()
                .getPeerNamesList())
        .containsExactly("*.other.example");
  }

  @Test
  void noVersionInCommonIsSaidOnBothSides() throws Exception {
    TlsServer old =
        server(
            TlsServerOptions.DEFAULT.withVersions(TlsVersion.TLS_1_2, TlsVersion.TLS_1_2),
            TestCa.EC);
    TlsClient strict = client(null, TlsVersion.TLS_1_3);
    Future<TlsFacts> accepted = wire.accept(c -> c.startTls(old));
    Future<TlsFacts> connected = wire.connect(c -> c.startTls(strict, "mx.example"));
    assertThatThrownBy(() -> get(connected))
        .isInstanceOf(TlsHandshakeException.class)
        .hasMessage("no TLS version in common: offered are TLS 1.3");
    assertThatThrownBy(() -> get(accepted))
        .isInstanceOf(TlsHandshakeException.class)
        .hasMessage("no TLS version in common: offered are TLS 1.2")
        .extracting(e -> ((TlsHandshakeException) e).failure())
        .isEqualTo(HandshakeFailure.HANDSHAKE_NO_SHARED_VERSION);
  }

  @Test
  void noSuiteInCommonIsSaid() throws Exception {
    TlsServerOptions rsa =
        TlsServerOptions.DEFAULT.withVersions(TlsVersion.TLS_1_2, TlsVersion.TLS_1_2);
    TlsServer server =
        server(rsa.withSuites(List.of("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")), TestCa.EC);
    Future<TlsFacts> accepted = wire.accept(c -> c.startTls(server));
    Future<TlsFacts> connected =
        wire.connect(c -> c.startTls(client(null, TlsVersion.TLS_1_2), "mx.example"));
    assertThatThrownBy(() -> get(accepted))
        .isInstanceOf(TlsHandshakeException.class)
        .hasMessageContaining("in common");
    assertThatThrownBy(() -> get(connected))
        .isInstanceOf(TlsHandshakeException.class)
        .hasMessage("the peer ended the TLS handshake (alert internal_error)");
  }

  @Test
  void aPeerThatDoesNotSpeakTlsIsSaid() throws Exception {
    Future<TlsFacts> accepted = wire.accept(c -> c.startTls(server(TestCa.EC)));
    Future<String> connected =
        wire.connect(
            c -> {
              say(c, "EHLO in.plaintext.example");
              return "said";
            });
    assertThat(get(connected)).isEqualTo("said");
    assertThatThrownBy(() -> get(accepted))
        .isInstanceOf(TlsHandshakeException.class)
        .hasMessageContaining("the peer sent something that is not TLS");
  }

  @Test
  void aPeerThatClosesInTheHandshakeIsSaid() throws Exception {
    Future<Boolean> accepted = wire.accept(c -> c.fill() > 0);
    Future<TlsFacts> connected =
        wire.connect(c -> c.startTls(client(null, TlsVersion.TLS_1_2), "mx.example"));
    assertThat(get(accepted)).isTrue();
    assertThatThrownBy(() -> get(connected))
        .isInstanceOf(TlsHandshakeException.class)
        .hasMessageMatching(
            "the (peer closed the connection|connection broke) during the TLS handshake");
  }
}
