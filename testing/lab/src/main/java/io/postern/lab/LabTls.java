package io.postern.lab;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** BoringSSL contexts of the lab, which trust everybody: judging is the tested side's work. */
final class LabTls {
  static final List<String> MODERN = List.of("TLSv1.3", "TLSv1.2");

  /** Suites of TLS 1.2 without forward secrecy (RFC 5288): the JDK's own TLS has them no more. */
  private static final List<String> RSA_KEY_EXCHANGE =
      List.of("TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_256_GCM_SHA384");

  /** Of a host that has the hybrid group too. */
  static final List<String> GROUPS = List.of("X25519MLKEM768", "X25519", "P-256");

  private LabTls() {}

  /**
   * @param groups of the key exchange, by BoringSSL's names
   * @param authorities named to the client as those of which certificates are taken; none: of any
   */
  static SslContext server(
      Identity identity,
      List<String> protocols,
      boolean rsaKeyExchange,
      List<String> groups,
      boolean askCertificate,
      List<X509Certificate> authorities) {
    SslContextBuilder builder =
        SslContextBuilder.forServer(
                identity.key(), identity.chain().toArray(X509Certificate[]::new))
            .option(OpenSslContextOption.GROUPS, groups.toArray(String[]::new))
            .clientAuth(askCertificate ? ClientAuth.OPTIONAL : ClientAuth.NONE);
    if (rsaKeyExchange) {
      return build(builder.ciphers(RSA_KEY_EXCHANGE), List.of("TLSv1.2"), authorities);
    }
    return build(builder, protocols, authorities);
  }

  static SslContext client(@Nullable Identity identity, List<String> protocols) {
    SslContextBuilder builder = SslContextBuilder.forClient().endpointIdentificationAlgorithm("");
    if (identity != null) {
      builder.keyManager(identity.key(), identity.chain().toArray(X509Certificate[]::new));
    }
    return build(builder, protocols, List.of());
  }

  static SSLEngine engine(SslContext context) {
    return context.newEngine(UnpooledByteBufAllocator.DEFAULT);
  }

  static SSLEngine engine(SslContext context, String serverName) {
    return context.newEngine(UnpooledByteBufAllocator.DEFAULT, serverName, -1);
  }

  private static SslContext build(
      SslContextBuilder builder, List<String> protocols, List<X509Certificate> authorities) {
    try {
      return builder
          .sslProvider(SslProvider.OPENSSL)
          .protocols(protocols)
          .trustManager(everybody(authorities))
          .build();
    } catch (SSLException failed) {
      throw new IllegalStateException("no TLS context for " + protocols, failed);
    }
  }

  private static X509TrustManager everybody(List<X509Certificate> named) {
    return new X509ExtendedTrustManager() {
      @Override
      public void checkClientTrusted(X509Certificate[] chain, String type) {}

      @Override
      public void checkServerTrusted(X509Certificate[] chain, String type) {}

      @Override
      public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

      @Override
      public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

      @Override
      public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

      @Override
      public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

      @Override
      public X509Certificate[] getAcceptedIssuers() {
        return named.toArray(X509Certificate[]::new);
      }
    };
  }
}
