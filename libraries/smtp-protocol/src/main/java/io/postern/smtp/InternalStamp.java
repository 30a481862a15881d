package io.postern.smtp;

import java.nio.charset.StandardCharsets;

/**
 * The header fields by which Exchange tells that a message is the organization's own
 * (docs/reference/message-changes.md): {@code AuthAs}, as what its sender was authenticated, and
 * {@code AuthSource}, the host that says so. Without {@code AuthAs} a message counts as anonymous.
 */
public final class InternalStamp {
  public static final String AUTH_AS = HeaderFirewall.ORGANIZATION + "AuthAs";
  public static final String INTERNAL = "Internal";

  private static final String AUTH_SOURCE = HeaderFirewall.ORGANIZATION + "AuthSource";

  /** Of the fields that {@link #of} makes. */
  public static final int FIELDS = 2;

  private InternalStamp() {}

  /**
   * Two fields in ASCII, CRLF at the end of each.
   *
   * @param serverName our own host name
   */
  public static byte[] of(String serverName) {
    return (AUTH_AS + ": " + INTERNAL + "\r\n" + AUTH_SOURCE + ": " + serverName + "\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }
}
