package io.postern.certificate.dns;

/** Lines of a zone file (RFC 1035 §5.1), with whole names, so that they may stand in any zone. */
final class Zone {
  /** Where the record set has none yet. */
  private static final long TTL = 3600;

  private Zone() {}

  /**
   * @param ttl in seconds; 0: the record set is new
   */
  static String line(String name, long ttl, String type, String data) {
    return "%s %d IN %s %s".formatted(absolute(name), ttl == 0 ? TTL : ttl, type, data);
  }

  static String absolute(String name) {
    return name.endsWith(".") ? name : name + ".";
  }

  /** A TXT record's data of ASCII without quotes, in strings of 255 characters at most. */
  static String text(String text) {
    StringBuilder data = new StringBuilder();
    for (int i = 0; i < text.length(); i += 255) {
      data.append(i == 0 ? "\"" : " \"")
          .append(text, i, Math.min(text.length(), i + 255))
          .append('"');
    }
    return data.toString();
  }
}
