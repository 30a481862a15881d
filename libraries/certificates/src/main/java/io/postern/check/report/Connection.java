package io.postern.check.report;

import java.util.List;

/**
 * A connection to a mail server, as far as it came. Immutable.
 *
 * @param addresses empty: its name did not resolve
 * @param reason in words; empty for OK
 * @param reply of the server that decided; empty: none
 * @param protocol as TLSv1.3; empty: no handshake
 * @param stapled it sent an OCSP response with its certificate
 */
public record Connection(
    String host,
    int port,
    List<String> addresses,
    Status status,
    String reason,
    String reply,
    String protocol,
    String cipherSuite,
    boolean stapled,
    long millis) {

  public Connection {
    addresses = List.copyOf(addresses);
  }

  /** A closed list. */
  public enum Status {
    OK,
    DNS_FAILURE,
    /** The connection was refused (TCP RST). */
    REFUSED,
    /** The attempt to connect had no answer. */
    SILENT,
    UNREACHABLE,
    BLOCKED_ADDRESS,
    /** Connected, then nothing in time. */
    TIMED_OUT,
    DISCONNECTED,
    /** The host answers, but speaks no SMTP. */
    NOT_SMTP,
    /** It greets by refusing, or refuses EHLO. */
    SMTP_REFUSED,
    STARTTLS_NOT_OFFERED,
    STARTTLS_REFUSED,
    HANDSHAKE_FAILED
  }
}
