package io.postern.transport;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.TlsCapabilities;
import io.postern.contracts.v1.TlsVersion;
import io.postern.contracts.v1.TlsVersionSuites;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;

/**
 * A probe of the versions, suites and groups that an engine really uses (S11): it makes handshakes
 * with a server, as a scanner does, and reads a client's hello. So we publish the handshakes that
 * happen with our keys, and the order in which the engine prefers suites. Costs some 100 ms; any
 * thread.
 */
public final class TlsCapabilityProbe {
  /** The suite that a server takes of a client's offer; empty: none. */
  @FunctionalInterface
  private interface Choice {
    Optional<String> of(List<String> offer);
  }

  private TlsCapabilityProbe() {}

  /** The offers with which the server completes a handshake, with its certificates of now. */
  public static TlsCapabilities of(TlsServer server) {
    TlsCapabilities.Builder capabilities =
        TlsCapabilities.newBuilder().setRole(CertificateRole.ROLE_SERVER);
    addServer(
        capabilities, TlsVersion.TLS_1_3, TlsSetup.TLS_1_3, offer -> takesTls13(server, offer));
    addServer(
        capabilities,
        TlsVersion.TLS_1_2,
        Stream.concat(TlsSetup.FORWARD_SECRET.stream(), TlsSetup.NOT_FORWARD_SECRET.stream())
            .toList(),
        offer -> takesTls12(server, offer));
    server.groups().stream()
        .filter(group -> takesGroup(server, group))
        .forEach(capabilities::addGroups);
    return capabilities.build();
  }

  /**
   * The suites in the order in which the server takes them. It is asked with the same suites in two
   * orders: where its answers differ, the client's order counts.
   */
  private static void addServer(
      TlsCapabilities.Builder to, TlsVersion version, List<String> suites, Choice choice) {
    List<String> order = order(suites, choice);
    if (!order.isEmpty()) {
      to.addVersions(
          TlsVersionSuites.newBuilder()
              .setVersion(version)
              .addAllSuites(order)
              .setClientOrder(!order(order.reversed(), choice).equals(order)));
    }
  }

  private static List<String> order(List<String> offer, Choice choice) {
    List<String> order = new ArrayList<>();
    List<String> left = new ArrayList<>(offer);
    Optional<String> taken = choice.of(left);
    while (taken.isPresent()) {
      order.add(taken.get());
      left.remove(taken.get());
      taken = left.isEmpty() ? Optional.empty() : choice.of(left);
    }
    return order;
  }

  /** The offer of the client's handshakes, in its order. */
  public static TlsCapabilities of(TlsClient client) {
    SSLEngine engine = client.unconnectedEngine();
    try {
      ClientHello hello =
          ClientHello.read(new MemoryHandshake(engine).hello())
              .orElseThrow(() -> new IllegalStateException("the own hello cannot be read"));
      List<String> suites = named(hello.suites());
      TlsCapabilities.Builder capabilities =
          TlsCapabilities.newBuilder().setRole(CertificateRole.ROLE_CLIENT);
      if (hello.tls13()) {
        add(capabilities, TlsVersion.TLS_1_3, suites.stream().filter(TlsSetup.TLS_1_3::contains));
      }
      if (hello.offers(0x0303)) {
        add(
            capabilities,
            TlsVersion.TLS_1_2,
            suites.stream().filter(s -> !TlsSetup.TLS_1_3.contains(s)));
      }
      for (int group : hello.groups()) {
        String name = TlsNames.GROUPS.get(group);
        if (name != null) {
          capabilities.addGroups(name);
        }
      }
      return capabilities.build();
    } catch (SSLException e) {
      throw new IllegalStateException("the own client does not start a handshake", e);
    } finally {
      ReferenceCountUtil.release(engine);
    }
  }

  private static List<String> named(int[] suites) {
    List<String> names = new ArrayList<>();
    for (int suite : suites) {
      String name = TlsNames.SUITES.get(suite);
      if (name != null) {
        names.add(name);
      }
    }
    return names;
  }

  private static void add(TlsCapabilities.Builder to, TlsVersion version, Stream<String> suites) {
    List<String> all = suites.toList();
    if (!all.isEmpty()) {
      to.addVersions(TlsVersionSuites.newBuilder().setVersion(version).addAllSuites(all));
    }
  }

  // BoringSSL's clients offer all suites of TLS 1.3 or none; the JDK's can offer some.
  private static Optional<String> takesTls13(TlsServer server, List<String> suites) {
    try {
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(null, new TrustManager[] {new AnyChain()}, null);
      SSLEngine client = context.createSSLEngine();
      client.setUseClientMode(true);
      client.setEnabledProtocols(new String[] {"TLSv1.3"});
      client.setEnabledCipherSuites(suites.toArray(String[]::new));
      return new MemoryHandshake(client).suite(server::newEngine);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has TLS 1.3", e);
    }
  }

  private static Optional<String> takesTls12(TlsServer server, List<String> suites) {
    return suite(server, SslContextBuilder.forClient().protocols("TLSv1.2").ciphers(suites));
  }

  private static boolean takesGroup(TlsServer server, String group) {
    String[] only = {TlsNames.engineGroup(group)};
    return suite(
            server,
            SslContextBuilder.forClient()
                .protocols("TLSv1.3", "TLSv1.2")
                .option(OpenSslContextOption.GROUPS, only))
        .isPresent();
  }

  private static Optional<String> suite(TlsServer server, SslContextBuilder builder) {
    try {
      SslContext context =
          builder.sslProvider(SslProvider.OPENSSL_REFCNT).trustManager(new AnyChain()).build();
      try {
        SSLEngine client = context.newEngine(PooledByteBufAllocator.DEFAULT);
        return new MemoryHandshake(client).suite(server::newEngine);
      } finally {
        ReferenceCountUtil.release(context);
      }
    } catch (SSLException e) {
      throw new IllegalStateException("a client to ask with cannot be made", e);
    }
  }
}
