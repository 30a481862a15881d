package io.postern.transport;

import io.postern.contracts.KeyExchangeGroups;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** IANA's numbers and names of our suites and groups (TLS Parameters registry). */
final class TlsNames {
  /** Suites by number. */
  static final Map<Integer, String> SUITES =
      Map.ofEntries(
          Map.entry(0x1301, "TLS_AES_128_GCM_SHA256"),
          Map.entry(0x1302, "TLS_AES_256_GCM_SHA384"),
          Map.entry(0x1303, "TLS_CHACHA20_POLY1305_SHA256"),
          Map.entry(0xC02C, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
          Map.entry(0xC030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
          Map.entry(0xCCA9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
          Map.entry(0xCCA8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
          Map.entry(0xC02B, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
          Map.entry(0xC02F, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
          Map.entry(0xC00A, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"),
          Map.entry(0xC014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"),
          Map.entry(0xC009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
          Map.entry(0xC013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
          Map.entry(0x009D, "TLS_RSA_WITH_AES_256_GCM_SHA384"),
          Map.entry(0x009C, "TLS_RSA_WITH_AES_128_GCM_SHA256"),
          Map.entry(0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA"),
          Map.entry(0x002F, "TLS_RSA_WITH_AES_128_CBC_SHA"));

  /** Key exchange groups by number, strongest first; the engine has its own names for some. */
  static final Map<Integer, String> GROUPS = groups();

  private TlsNames() {}

  private static Map<Integer, String> groups() {
    Map<Integer, String> groups = new LinkedHashMap<>();
    groups.put(0x11EC, KeyExchangeGroups.HYBRID);
    groups.put(0x001D, "x25519");
    groups.put(0x0017, "secp256r1");
    groups.put(0x0018, "secp384r1");
    return groups;
  }

  /** BoringSSL's name of a group. */
  static String engineGroup(String iana) {
    return switch (iana) {
      case "x25519" -> "X25519";
      case "secp256r1" -> "P-256";
      case "secp384r1" -> "P-384";
      default -> iana;
    };
  }

  static Stream<String> groupNames() {
    return GROUPS.values().stream();
  }
}
