package io.postern.delivery.nexthop;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A host to dial.
 *
 * @param name as configured or as in the MX record, lower case; shown, sent as SNI
 * @param address for a literal, which is not looked up
 * @param preference of the MX record; 0: another way led here
 * @param chosenBy who named it
 * @param domain of which it is a mail host: the recipients', or a smart host that has MX records;
 *     empty: an administrator named it
 * @param proven it is the right name: an administrator wrote it, or DNSSEC proves the MX record, or
 *     that there is none (RFC 7672 §2.2.1)
 * @param approved it may be at any address: an operator approved the name that an administrator
 *     wrote
 */
public record MailHost(
    String name,
    int port,
    @Nullable InetAddress address,
    int preference,
    Choice chosenBy,
    String domain,
    boolean proven,
    boolean approved) {

  /** Who named a host. */
  public enum Choice {
    /** A smart host or mailbox host, by its own name or address. */
    ADMINISTRATOR,
    /** The MX records of a smart host, which whoever forges them can lead anywhere. */
    SMART_HOST_MX,
    /** The recipients' domain, by MX or by its own address. */
    RECIPIENTS_DOMAIN
  }

  /** An administrator named it, or the host of which it is a mail host; else the recipients'. */
  public boolean isNamed() {
    return chosenBy != Choice.RECIPIENTS_DOMAIN;
  }

  static MailHost configured(
      String name, int port, @Nullable InetAddress address, int preference, boolean approved) {
    return new MailHost(name, port, address, preference, Choice.ADMINISTRATOR, "", true, approved);
  }

  /** A host that a domain's or smart host's DNS names. */
  static MailHost found(
      String name,
      int port,
      @Nullable InetAddress address,
      int preference,
      Choice chosenBy,
      String domain,
      boolean proven) {
    return new MailHost(name, port, address, preference, chosenBy, domain, proven, false);
  }
}
