package io.postern.transport;

import io.postern.contracts.KeyExchangeGroups;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** IANA's numbers and names of our groups (TLS Parameters registry). */
final class TlsNames {
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
