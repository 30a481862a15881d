package io.postern.smtp;

import io.postern.contracts.v1.TrueSource;
import java.nio.charset.StandardCharsets;

/**
 * The fields of Exchange that tell the servers behind us where a mail came from that a gateway
 * relayed: {@value #SKIP_LISTED} for each whose source is known, {@value #ORIGINAL} where it counts
 * for the recipients too. They stand behind our Received field, which must be the first (RFC 5321
 * §4.4), and are written by us alone: their values hold an address and a greeting in harmless
 * characters.
 */
public final class SourceStamps {
  public static final String ORIGINAL = "X-MS-Exchange-ExternalOriginalInternetSender";
  public static final String SKIP_LISTED = "X-MS-Exchange-SkipListedInternetSender";

  private SourceStamps() {}

  /**
   * The Received field with the stamps behind it; the field alone where no source is known.
   *
   * @param source the default instance: no gateway
   */
  public static byte[] behind(byte[] received, TrueSource source) {
    if (source.getIp().isEmpty()) {
      return received;
    }
    String value = ":\r\n ip=[" + source.getIp() + "];domain=" + source.getGreeting() + "\r\n";
    String stamps = (source.getInScope() ? ORIGINAL + value : "") + SKIP_LISTED + value;
    byte[] more = stamps.getBytes(StandardCharsets.US_ASCII);
    byte[] all = new byte[received.length + more.length];
    System.arraycopy(received, 0, all, 0, received.length);
    System.arraycopy(more, 0, all, received.length, more.length);
    return all;
  }
}
