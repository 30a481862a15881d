package io.postern.ingress.listener;

import io.postern.rules.address.IpAddress;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A header of the PROXY protocol, version 1: a line of text (the specification of 2020, section
 * 2.1). UNKNOWN names nobody, as LOCAL of version 2. Without I/O, any thread.
 */
final class ProxyLine {
  /** Octets of the shortest line, {@code PROXY UNKNOWN}. */
  static final int SHORTEST = 15;

  /** Octets of the longest one, with its end. */
  static final int LONGEST = 107;

  private static final byte[] BEGINNING = "PROXY ".getBytes(StandardCharsets.US_ASCII);
  private static final Pattern UNKNOWN = Pattern.compile("PROXY UNKNOWN(?: [ -~]{0,91})?\r\n");
  private static final String PORT = "(0|[1-9][0-9]{0,4})";
  private static final Pattern TCP =
      Pattern.compile("PROXY TCP([46]) (\\S+) (\\S+) " + PORT + " " + PORT + "\r\n");
  private static final int MOST_PORT = 0xffff;

  private ProxyLine() {}

  /** Whether a header begins so. */
  static boolean begins(byte[] header) {
    return Arrays.mismatch(header, BEGINNING) == BEGINNING.length;
  }

  /**
   * @param line with its end
   */
  static ProxyHeader parse(byte[] line) throws ProxyHeaderException {
    String text = new String(line, StandardCharsets.US_ASCII);
    if (UNKNOWN.matcher(text).matches()) {
      return new ProxyHeader(null);
    }
    Matcher tcp = TCP.matcher(text);
    if (!tcp.matches()) {
      throw new ProxyHeaderException("the line of the PROXY protocol is malformed");
    }
    int bits = tcp.group(1).equals("4") ? 32 : 128;
    InetAddress client = address(tcp.group(2), bits);
    InetAddress unused = address(tcp.group(3), bits);
    int port = Integer.parseInt(tcp.group(4));
    if (port > MOST_PORT || Integer.parseInt(tcp.group(5)) > MOST_PORT) {
      throw new ProxyHeaderException("the line of the PROXY protocol has a port beyond 65535");
    }
    return ProxyHeader.naming(client, port);
  }

  private static InetAddress address(String text, int bits) throws ProxyHeaderException {
    boolean ipv6 = text.indexOf(':') >= 0;
    if (IpAddress.parse(text) == null || ipv6 != (bits == 128)) {
      throw new ProxyHeaderException(
          "the line of the PROXY protocol has an address that is not of its family");
    }
    return InetAddress.ofLiteral(text);
  }
}
