package io.postern.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.postern.contracts.v1.TlsCapabilities;
import io.postern.contracts.v1.TlsVersion;
import io.postern.contracts.v1.TlsVersionSuites;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

class TlsCapabilitiesTest {
  private static final List<String> TLS_1_3 =
      List.of("TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256");
  private static final List<String> GROUPS =
      List.of("X25519MLKEM768", "x25519", "secp256r1", "secp384r1");

  @Test
  void aServerTakesTheSuitesOfTheKeysItHas() {
    try (TlsServer both = new TlsServer(TestCa.EC, TestCa.RSA);
        TlsServer ec = new TlsServer(TestCa.EC)) {
      assertThat(suites(both.capabilities(), TlsVersion.TLS_1_3)).isEqualTo(TLS_1_3);
      assertThat(suites(both.capabilities(), TlsVersion.TLS_1_2))
          .as("a client that verifies ECDSA gets the EC certificate, whatever else it offers")
          .isEqualTo(
              Stream.of("_ECDSA_", "_RSA_")
                  .flatMap(key -> TlsSetup.FORWARD_SECRET.stream().filter(s -> s.contains(key)))
                  .toList());
      assertThat(both.capabilities().getVersionsList())
          .extracting(TlsVersionSuites::getVersion, TlsVersionSuites::getClientOrder)
          .containsExactly(tuple(TlsVersion.TLS_1_3, true), tuple(TlsVersion.TLS_1_2, false));
      assertThat(both.capabilities().getGroupsList()).isEqualTo(GROUPS);
      assertThat(suites(ec.capabilities(), TlsVersion.TLS_1_2))
          .isEqualTo(TlsSetup.FORWARD_SECRET.stream().filter(s -> s.contains("_ECDSA_")).toList());
    }
  }

  @Test
  void aSuiteThatAServerDoesNotOfferIsNotPublished() {
    TlsServerOptions tls12 =
        TlsServerOptions.DEFAULT.withVersions(TlsVersion.TLS_1_2, TlsVersion.TLS_1_2);
    try (TlsServer old = new TlsServer(tls12.withoutForwardSecrecy(), TestCa.RSA);
        TlsServer one =
            new TlsServer(
                tls12.withSuites(List.of("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")), TestCa.RSA)) {
      assertThat(suites(old.capabilities(), TlsVersion.TLS_1_3)).isEmpty();
      assertThat(suites(old.capabilities(), TlsVersion.TLS_1_2))
          .isEqualTo(TlsSetup.NOT_FORWARD_SECRET);
      assertThat(suites(one.capabilities(), TlsVersion.TLS_1_2))
          .containsExactly("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
    }
  }

  /** What is published happens in handshakes, and nothing else does. */
  @Test
  void eachSuiteAndGroupMakesAHandshakeAndNoOtherDoes() throws Exception {
    List<String> all =
        Stream.concat(TlsSetup.FORWARD_SECRET.stream(), TlsSetup.NOT_FORWARD_SECRET.stream())
            .toList();
    TlsServerOptions few = TlsServerOptions.DEFAULT.withGroups(List.of("x25519", "secp384r1"));
    try (TlsServer both = new TlsServer(few, TestCa.EC, TestCa.RSA);
        TlsServer rsa = new TlsServer(few, TestCa.RSA)) {
      for (TlsServer server : List.of(both, rsa)) {
        TlsCapabilities published = server.capabilities();
        assertThat(all.stream().filter(suite -> takes(server, "TLSv1.2", List.of(suite), GROUPS)))
            .containsExactlyInAnyOrderElementsOf(suites(published, TlsVersion.TLS_1_2));
        assertThat(
                GROUPS.stream().filter(group -> takes(server, "TLSv1.3", TLS_1_3, List.of(group))))
            .isEqualTo(published.getGroupsList());
      }
    }
  }

  private static boolean takes(
      TlsServer server, String protocol, List<String> suites, List<String> groups) {
    try {
      SslContext context =
          SslContextBuilder.forClient()
              .sslProvider(SslProvider.OPENSSL_REFCNT)
              .trustManager(new AnyChain())
              .protocols(protocol)
              .ciphers(suites)
              .option(
                  OpenSslContextOption.GROUPS,
                  groups.stream().map(TlsNames::engineGroup).toArray(String[]::new))
              .build();
      try {
        SSLEngine client = context.newEngine(PooledByteBufAllocator.DEFAULT);
        return new MemoryHandshake(client).suite(server::newEngine).isPresent();
      } finally {
        ReferenceCountUtil.release(context);
      }
    } catch (SSLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aClientsOfferIsThatOfItsHandshakes() {
    try (TlsClient client = new TlsClient(null, TlsVersion.TLS_1_2);
        TlsClient newest = new TlsClient(null, TlsVersion.TLS_1_3)) {
      TlsCapabilities offered = client.capabilities();
      assertThat(suites(offered, TlsVersion.TLS_1_3)).containsExactlyInAnyOrderElementsOf(TLS_1_3);
      assertThat(suites(offered, TlsVersion.TLS_1_2))
          .containsSubsequence(TlsSetup.FORWARD_SECRET)
          .containsSubsequence(TlsSetup.NOT_FORWARD_SECRET);
      assertThat(offered.getGroupsList()).isEqualTo(GROUPS);
      assertThat(suites(newest.capabilities(), TlsVersion.TLS_1_2)).isEmpty();
    }
  }

  @Test
  void withoutTheHybridGroupAHelloIsSmall() throws Exception {
    InetSocketAddress peer = new InetSocketAddress("127.0.0.1", 25);
    try (TlsClient client = new TlsClient(null, TlsVersion.TLS_1_2)) {
      assertThat(hello(client.newEngine(peer, "mx.example", true, ""))).hasSizeGreaterThan(1_100);
      assertThat(hello(client.newEngine(peer, "mx.example", false, ""))).hasSizeLessThan(600);
    }
  }

  private static byte[] hello(SSLEngine engine) throws SSLException {
    try {
      ByteBuffer hello = new MemoryHandshake(engine).hello();
      byte[] octets = new byte[hello.remaining()];
      hello.get(octets);
      return octets;
    } finally {
      ReferenceCountUtil.release(engine);
    }
  }

  private static List<String> suites(TlsCapabilities capabilities, TlsVersion version) {
    return capabilities.getVersionsList().stream()
        .filter(suites -> suites.getVersion() == version)
        .map(TlsVersionSuites::getSuitesList)
        .findFirst()
        .map(List::<String>copyOf)
        .orElse(List.of());
  }
}
