package io.postern.ingress;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** SMTP. Listeners, limits and times. */
@ConfigMapping(prefix = "postern.ingress")
public interface IngressSettings {

  /** The listeners by name; none: one named smtp, at {@link #host} and {@link #port}. */
  Map<String, Listener> listeners();

  /**
   * Address to listen on, a name or an IP literal. Not used if a listener is configured by name.
   */
  @WithDefault("127.0.0.1")
  String host();

  /**
   * Port to listen on; 0: any free port, which is logged. Not used if a listener is configured by
   * name.
   */
  @WithDefault("2525")
  int port();

  /** Host name in the greeting and in Received fields. Default: the machine's host name. */
  Optional<String> hostName();

  /**
   * Name of this replica in the topic {@code certificate.own}. It must be unique and stay the same
   * across restarts. A machine called localhost gets a random part, and the certificates of a
   * killed replica then count for 13 hours. Default: the machine's host name and the port.
   */
  Optional<String> replica();

  /**
   * Largest message, announced by SIZE (RFC 1870). A larger message is refused with {@code 552
   * 5.3.4}. The default is the limit of Exchange.
   */
  @WithDefault("37748736")
  long maxMessageBytes();

  /**
   * Largest header section of a message, 32 KiB to 1 MiB. A larger one is refused with {@code 552
   * 5.3.4}.
   */
  @WithDefault("262144")
  int maxHeaderBytes();

  /**
   * Received fields of a message, 10 to 1,000. A message with more of them loops, and is refused
   * with {@code 554 5.4.6} (RFC 5321 §6.3).
   */
  @WithDefault("100")
  int maxReceivedFields();

  /**
   * Recipients of a message, 100 to 1,000 (RFC 5321 §4.5.3.1.8). Further recipients get {@code 452
   * 4.5.3}. Announced by LIMITS.
   */
  @WithDefault("1000")
  int maxRecipients();

  /**
   * MAIL commands of a session, including refused ones. The next one gets {@code 421 4.5.3}.
   * Announced by LIMITS.
   */
  @WithDefault("1000")
  int maxMessagesPerSession();

  /**
   * Messages a minute from one network (IPv4 /24 or IPv6 /48), for each replica. Only clients count
   * that no connector knows by certificate or address. Further messages get {@code 451 4.7.500}. 0:
   * no limit. See docs/guides/rate-limits.md.
   */
  @WithDefault("0")
  int maxMessagesPerMinutePerNetwork();

  /** Bad commands of a session. The last one gets {@code 421 4.7.0}. */
  @WithDefault("20")
  int maxBadCommands();

  /**
   * Commands since the last accepted message that are answered at once. Each further command is
   * answered after 100 ms. Recipients and chunks of 1 KiB or more of an accepted message do not
   * count. An unknown recipient counts as ten.
   */
  @WithDefault("200")
  int promptCommands();

  /**
   * Lowest transfer rate of a message in octets a second, averaged over a minute. A slower client
   * gets {@code 421 4.4.2}. 0: no limit; connections and messages still have time limits.
   */
  @WithDefault("0")
  int leastRate();

  /** The same under stress, averaged over {@link #stressTimeout}. */
  @WithDefault("1024")
  int leastRateUnderStress();

  /**
   * Concurrent sessions. Further connections get {@code 421 4.3.2}. An idle session takes 16 KiB:
   * 12,600 sessions need {@code -Xmx384m}, half a GiB of memory and 13,000 file descriptors ({@code
   * ulimit -n}), and the kernel's buffers in addition.
   */
  @WithDefault("1000")
  int maxConnections();

  /**
   * Concurrent sessions from one IPv4 address or IPv6 /64, and never more than a quarter of the
   * free ones. Set it to {@link #maxConnections} if all clients have one address.
   */
  @WithDefault("100")
  int maxConnectionsPerAddress();

  /**
   * Concurrent sessions from one IPv4 /24 or IPv6 /48, and never more than half of the free ones.
   * Ignored if one address may have all connections.
   */
  @WithDefault("300")
  int maxConnectionsPerNetwork();

  /** Wait for a silent client, which then gets {@code 421 4.4.2} (RFC 5321 §4.5.3.2.7). */
  @WithDefault("5m")
  Duration idleTimeout();

  /**
   * The same under stress: when four fifths of the sessions, of the memory for messages or of the
   * memory for recipients are in use.
   */
  @WithDefault("10s")
  Duration stressTimeout();

  /** Wait for a complete TLS handshake. Then the connection is closed. */
  @WithDefault("1m")
  Duration handshakeTimeout();

  /** Wait for the PROXY header of a balancer. Then the connection gets {@code 421 4.7.1}. */
  @WithDefault("5s")
  Duration proxyHeaderTimeout();

  /** Longest time from the connection, or the last accepted message, to the end of the next one. */
  @WithDefault("30m")
  Duration messageDeadline();

  /**
   * Longest session. Then the next command outside of a mail transaction gets {@code 421 4.4.2}; a
   * message in transfer is completed.
   */
  @WithDefault("20m")
  Duration sessionLifetime();

  /**
   * Wait of one mail transaction, in total, for verdicts on the client's certificate. Without a
   * verdict the client gets a 4xx reply.
   */
  @WithDefault("10s")
  Duration verdictPatience();

  /**
   * Time for messages in transfer to complete when the service stops. Idle sessions, and sessions
   * between two chunks of a message, get {@code 421 4.3.2} at once.
   */
  @WithDefault("20s")
  Duration shutdownPatience();

  /**
   * Buffers for messages in transfer, 82 KiB each whatever the size of the message. A message that
   * finds no free buffer for 30 s gets {@code 452 4.3.1}.
   */
  @WithDefault("25165824")
  long dataMemoryBytes();

  /**
   * Memory for the recipients of all mail transactions, at least 1 MiB. Beyond it recipients get
   * {@code 452 4.3.1}.
   */
  @WithDefault("8388608")
  int recipientMemoryBytes();

  /**
   * Share of the memory for messages and of the memory for recipients that one IPv4 address or IPv6
   * /64 may use. Set it to 100 if all clients have one address (a proxy, rootless Docker).
   */
  @WithDefault("25")
  int maxMemoryPercentPerAddress();

  /**
   * Content in Kafka from one address that is in transfer, or was not accepted (refused at its end,
   * or dropped before it). Beyond it the address gets {@code 452 4.3.1}. What was not accepted
   * counts less with time, and after an hour no longer.
   */
  @WithDefault("1073741824")
  long maxUnacceptedBytesPerAddress();

  /**
   * Bytes that must be free on the disk of each broker. With less, new mail gets {@code 452 4.3.1};
   * below half of it messages in transfer do too. Mail is accepted again at five quarters of it.
   */
  @WithDefault("2147483648")
  long leastFreeBytes();

  /**
   * The same as a share of the disk. The larger of the two counts, up to a quarter of the disk. Set
   * both to 0 to turn the check off.
   */
  @WithDefault("5")
  int leastFreePercent();

  Recipients recipients();

  /** Questions to mailbox routes whether recipients exist. */
  interface Recipients {
    /**
     * Wait for the answer about one recipient of a domain with {@code recipientValidation:
     * mailboxRoute}, at most a minute.
     */
    @WithDefault("8s")
    Duration patience();

    /** Wait for all such answers of one mail transaction. */
    @WithDefault("20s")
    Duration transactionPatience();

    /** How long the answer that a mailbox exists is used. */
    @WithDefault("24h")
    Duration existingHolds();

    /** Age at which such an answer, when it is used, is renewed in the background. */
    @WithDefault("4h")
    Duration refreshAfter();

    /** How long the answer that a mailbox does not exist is used. */
    @WithDefault("5m")
    Duration missingHolds();

    /** How long a mailbox counts as unknown after a question without an answer. */
    @WithDefault("5s")
    Duration unknownHolds();

    /**
     * Questions a minute from one IPv4 address or IPv6 /64 about mailboxes that do not exist.
     * Beyond it, recipients without a known answer get {@code 451 4.7.1}.
     */
    @WithDefault("200")
    int maxMissingPerAddress();

    /**
     * Memory for answers, about 300 bytes each. A quarter of it is for mailboxes that do not exist
     * or are unknown.
     */
    @WithDefault("16777216")
    long memoryBytes();
  }

  /**
   * The operator's address, in an accepted domain: mail to {@code <postmaster>} without a domain
   * goes there (RFC 5321 §4.5.1). Default: postmaster@ the accepted domain that {@link #hostName}
   * is or is in; without such a domain the mail is refused with {@code 550 5.1.1}.
   */
  Optional<String> postmaster();

  /** One listener. What it does not say is as the service has it. */
  interface Listener {

    /**
     * Addresses to listen on, names or IP literals, separated by commas. {@code 0.0.0.0} or {@code
     * ::} as the only one: all IPv4 and IPv6 addresses.
     */
    @WithDefault("127.0.0.1")
    List<String> host();

    /**
     * Required: port of the listener with this name (up to 32 of a to z, 0 to 9 and hyphens); 0:
     * any free port. See docs/operations/listeners.md.
     */
    OptionalInt port();

    /**
     * {@code starttls}, or {@code implicit}: the TLS handshake comes before the greeting (RFC 8314
     * §3).
     */
    @WithDefault("starttls")
    String tls();

    /**
     * Addresses and CIDR blocks of load balancers. Only they may connect, and they must name each
     * client by the PROXY protocol, version 1 or 2.
     */
    Optional<List<String>> balancers();

    /** Host name in the greeting and in Received fields. Default: that of the service. */
    Optional<String> hostName();

    /** Largest message. Default: that of the service. */
    OptionalLong maxMessageBytes();

    /** Recipients of a message. Default: that of the service. */
    OptionalInt maxRecipients();

    /** MAIL commands of a session. Default: that of the service. */
    OptionalInt maxMessagesPerSession();

    /** Messages a minute from one network. Default: that of the service. */
    OptionalInt maxMessagesPerMinutePerNetwork();

    /** Longest session. Default: that of the service. */
    Optional<Duration> sessionLifetime();

    /**
     * Concurrent sessions of this listener, within those of the service, which all listeners share.
     * Default: that of the service.
     */
    OptionalInt maxConnections();

    /** Concurrent sessions from one address. Default: that of the service. */
    OptionalInt maxConnectionsPerAddress();

    /** Concurrent sessions from one network. Default: that of the service. */
    OptionalInt maxConnectionsPerNetwork();
  }
}
