package io.postern.check;

import java.util.List;

/** The subject of a check. */
public sealed interface Target {
  /** As it was asked for. */
  String shown();

  /**
   * Certificates at hand.
   *
   * @param chain DER, the leaf first
   */
  record Given(String shown, List<byte[]> chain) implements Target {
    public Given {
      chain = List.copyOf(chain);
    }
  }

  /**
   * A mail server.
   *
   * @param host a name, or an address without brackets
   */
  record Host(String host, int port) implements Target {
    private static final int SMTP_PORT = 25;
    private static final int MAX_PORT = 65_535;

    /**
     * HOST, HOST:PORT, an IPv6 address, [IPv6], [IPv6]:PORT; port 25 where none is named.
     *
     * @throws IllegalArgumentException with the fault and the cure
     */
    public static Host parse(String text) {
      String host = text;
      String port = "";
      boolean oneColon = text.indexOf(':') >= 0 && text.indexOf(':') == text.lastIndexOf(':');
      int end = text.indexOf(']');
      if (text.startsWith("[") && end > 0) {
        host = text.substring(1, end);
        port = text.substring(end + 1);
      } else if (oneColon) {
        host = text.substring(0, text.indexOf(':'));
        port = text.substring(text.indexOf(':'));
      }
      boolean literal = host.contains(":");
      if (!host.matches(literal ? "[0-9A-Fa-f:.]+" : "[A-Za-z0-9._-]+") || host.length() > 253) {
        throw new IllegalArgumentException(
            "'"
                + text
                + "' is not a host: use mail.example.com, mail.example.com:25, 192.0.2.1 or "
                + "[2001:db8::1]:25");
      }
      if (port.isEmpty()) {
        return new Host(host, SMTP_PORT);
      }
      if (!port.matches(":[0-9]{1,5}")
          || Integer.parseInt(port.substring(1)) < 1
          || Integer.parseInt(port.substring(1)) > MAX_PORT) {
        throw new IllegalArgumentException(
            "'" + text + "' has an invalid port: use 1 to " + MAX_PORT);
      }
      return new Host(host, Integer.parseInt(port.substring(1)));
    }

    @Override
    public String shown() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }
}
