package io.postern.transport;

import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.TlsCapabilities;
import io.postern.contracts.v1.TlsVersion;
import io.postern.contracts.v1.TlsVersionSuites;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * The common part of both sides' TLS contexts: BoringSSL, versions, suites and groups, strongest
 * first.
 */
final class TlsSetup {
  /** RFC 8446 §9.1; BoringSSL orders these itself. */
  static final List<String> TLS_1_3 =
      List.of("TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256");

  /** Ephemeral key exchange: forward secrecy. */
  static final List<String> FORWARD_SECRET =
      List.of(
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
          "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
          "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
          "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA");

  /** RSA key exchange: none. */
  static final List<String> NOT_FORWARD_SECRET =
      List.of(
          "TLS_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_RSA_WITH_AES_256_CBC_SHA",
          "TLS_RSA_WITH_AES_128_CBC_SHA");

  private TlsSetup() {}

  /**
   * @param tls12 IANA names of the suites of TLS 1.2
   * @param groups IANA names
   */
  static ReferenceCountedOpenSslContext build(
      SslContextBuilder builder,
      TlsVersion minimum,
      TlsVersion maximum,
      List<String> tls12,
      List<String> groups) {
    List<String> protocols = new ArrayList<>();
    List<String> suites = new ArrayList<>();
    if (maximum == TlsVersion.TLS_1_3) {
      protocols.add("TLSv1.3");
      suites.addAll(TLS_1_3);
    }
    if (minimum != TlsVersion.TLS_1_3) {
      protocols.add("TLSv1.2");
    }
    suites.addAll(tls12);
    String[] engineGroups = groups.stream().map(TlsNames::engineGroup).toArray(String[]::new);
    try {
      return (ReferenceCountedOpenSslContext)
          builder
              .sslProvider(SslProvider.OPENSSL_REFCNT)
              .trustManager(new AnyChain())
              .protocols(protocols)
              .ciphers(suites)
              .option(OpenSslContextOption.GROUPS, engineGroups)
              .build();
    } catch (SSLException e) {
      throw new IllegalArgumentException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  /** An offer as it is published (S11): what our contexts accept, strongest first. */
  static TlsCapabilities capabilities(
      CertificateRole role,
      TlsVersion minimum,
      TlsVersion maximum,
      List<String> suites,
      List<String> groups) {
    TlsCapabilities.Builder offer = TlsCapabilities.newBuilder().setRole(role).addAllGroups(groups);
    if (maximum == TlsVersion.TLS_1_3) {
      offer.addVersions(
          TlsVersionSuites.newBuilder()
              .setVersion(TlsVersion.TLS_1_3)
              .addAllSuites(TLS_1_3.stream().filter(suites::contains).toList())
              .setClientOrder(role == CertificateRole.ROLE_SERVER)); // BoringSSL has no other
    }
    List<String> tls12 = suites.stream().filter(suite -> !TLS_1_3.contains(suite)).toList();
    if (minimum != TlsVersion.TLS_1_3 && !tls12.isEmpty()) {
      offer.addVersions(
          TlsVersionSuites.newBuilder().setVersion(TlsVersion.TLS_1_2).addAllSuites(tls12));
    }
    return offer.build();
  }

  static String words(TlsVersion minimum, TlsVersion maximum) {
    if (minimum == TlsVersion.TLS_1_3) {
      return "TLS 1.3";
    }
    return maximum == TlsVersion.TLS_1_3 ? "TLS 1.2 and 1.3" : "TLS 1.2";
  }

  /** Unspecified and unknown versions never mean less than the floor. */
  static TlsVersion minimum(TlsVersion asked) {
    return asked == TlsVersion.TLS_1_3 || asked == TlsVersion.UNRECOGNIZED
        ? TlsVersion.TLS_1_3
        : TlsVersion.TLS_1_2;
  }
}
