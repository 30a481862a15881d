package io.postern.ingress;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The settings of the SMTP side, {@code postern.ingress.*}; README.md describes them. */
@ConfigMapping(prefix = "postern.ingress")
public interface IngressSettings {

  /** The listeners by name; none: one named smtp, at {@link #host} and {@link #port}. */
  Map<String, Listener> listeners();

  /** Address to listen on, name or IP literal; without listeners. */
  @WithDefault("127.0.0.1")
  String host();

  /** Port to listen on; 0 takes a free one. Without listeners. */
  @WithDefault("2525")
  int port();

  /** Our name in the greeting and in Received fields; by default the machine's. */
  Optional<String> hostName();

  /**
   * The name of this replica in the log, the same after a restart and no other's; by default the
   * machine's host name and the port.
   */
  Optional<String> replica();

  /** Largest message, announced by SIZE (RFC 1870); the default is Exchange's 36 MB. */
  @WithDefault("37748736")
  long maxMessageBytes();

  /** Largest header section of a message. */
  @WithDefault("262144")
  int maxHeaderBytes();

  /** Received fields of a message; one with more loops (RFC 5321 §6.3). */
  @WithDefault("100")
  int maxReceivedFields();

  /** Recipients of a message (RFC 5321 §4.5.3.1.8). */
  @WithDefault("1000")
  int maxRecipients();

  /** Mail transactions of a session. */
  @WithDefault("1000")
  int maxMessagesPerSession();

  /**
   * Messages a minute of one network, an IPv4 /24 or IPv6 /48, whose client no connector proves; 0:
   * any number.
   */
  @WithDefault("0")
  int maxMessagesPerMinutePerNetwork();

  /** Bad commands of a session; the last of them ends it. */
  @WithDefault("20")
  int maxBadCommands();

  /** Commands since the last accepted message that are obeyed at once; each further one waits. */
  @WithDefault("200")
  int promptCommands();

  /** The least octets a second of a message, averaged over a minute; 0: none. */
  @WithDefault("0")
  int leastRate();

  /** The same under stress, averaged over the stress time-out. */
  @WithDefault("1024")
  int leastRateUnderStress();

  /** Sessions open at once; the next gets 421. From four fifths on, clients get less time. */
  @WithDefault("1000")
  int maxConnections();

  /** Sessions open at once from one address. */
  @WithDefault("100")
  int maxConnectionsPerAddress();

  /** Sessions open at once from one network, an IPv4 /24 or IPv6 /48. */
  @WithDefault("300")
  int maxConnectionsPerNetwork();

  /** The wait for a silent client (RFC 5321 §4.5.3.2.7). */
  @WithDefault("5m")
  Duration idleTimeout();

  /** The same while sessions or the memory for messages are nearly all taken. */
  @WithDefault("10s")
  Duration stressTimeout();

  /** The wait for a whole TLS handshake. */
  @WithDefault("1m")
  Duration handshakeTimeout();

  /** The wait for the PROXY header of a balancer. */
  @WithDefault("5s")
  Duration proxyHeaderTimeout();

  /** Longest way from one message's end (or the connection) to the next message's end. */
  @WithDefault("30m")
  Duration messageDeadline();

  /** How long a session may last; a message that is under way then comes to its end. */
  @WithDefault("20m")
  Duration sessionLifetime();

  /** The wait of one mail transaction, in all, for verdicts on the client's certificate. */
  @WithDefault("10s")
  Duration verdictPatience();

  /** The time for messages under way to end when the service stops. */
  @WithDefault("20s")
  Duration shutdownPatience();

  /** Buffers of messages under way, in bytes; a message that finds none free gets 452. */
  @WithDefault("25165824")
  long dataMemoryBytes();

  /** The memory for recipients of mail transactions, in bytes; beyond it recipients get 452. */
  @WithDefault("8388608")
  int recipientMemoryBytes();

  /**
   * How many of the shares of memory, for messages under way and for recipients, one address (IPv6:
   * /64) may have.
   */
  @WithDefault("25")
  int maxMemoryPercentPerAddress();

  /**
   * Content in the log that one address has under way or has left behind within an hour, refused at
   * its end or dropped before it; beyond it the address gets 452.
   */
  @WithDefault("1073741824")
  long maxUnacceptedBytesPerAddress();

  /** Bytes that must be free on each broker's disk, or new mail gets 452. */
  @WithDefault("2147483648")
  long leastFreeBytes();

  /** The same as a share of the disk; the larger counts, a quarter of the disk at most. */
  @WithDefault("5")
  int leastFreePercent();

  Recipients recipients();

  /** Questions to mailbox routes whether recipients exist. */
  interface Recipients {
    /** The wait for the answer about one recipient. */
    @WithDefault("8s")
    Duration patience();

    /** The wait of one mail transaction, in all. */
    @WithDefault("20s")
    Duration transactionPatience();

    /** How long the answer holds that a mailbox exists. */
    @WithDefault("24h")
    Duration existingHolds();

    /** Its age at which its use makes a new question, for which nobody waits. */
    @WithDefault("4h")
    Duration refreshAfter();

    /** How long the answer holds that a mailbox does not exist. */
    @WithDefault("5m")
    Duration missingHolds();

    /** How long a mailbox of which nobody said counts as unknown. */
    @WithDefault("5s")
    Duration unknownHolds();

    /**
     * Questions of one address (IPv6: /64) in a minute about mailboxes that do not exist; beyond it
     * recipients that are not known get 451.
     */
    @WithDefault("200")
    int maxMissingPerAddress();

    /** Answers in memory. */
    @WithDefault("16777216")
    long memoryBytes();
  }

  /** The address of {@code <postmaster>} without a domain (RFC 5321 §4.5.1). */
  Optional<String> postmaster();

  /** One listener. What it does not say is as the service has it. */
  interface Listener {

    /** Addresses to listen on, names or IP literals, IPv4 and IPv6. */
    @WithDefault("127.0.0.1")
    List<String> host();

    /** Port to listen on; 0 takes a free one. Required. */
    OptionalInt port();

    /** starttls, or implicit: the handshake comes before the greeting (RFC 8314 §3). */
    @WithDefault("starttls")
    String tls();

    /**
     * Addresses and CIDR blocks of the balancers, which alone may connect then and name each client
     * by the PROXY protocol, version 2.
     */
    Optional<List<String>> balancers();

    /** Our name in the greeting and in Received fields. */
    Optional<String> hostName();

    /** Largest message. */
    OptionalLong maxMessageBytes();

    /** Recipients of a message. */
    OptionalInt maxRecipients();

    /** Mail transactions of a session. */
    OptionalInt maxMessagesPerSession();

    /** Messages a minute of one network. */
    OptionalInt maxMessagesPerMinutePerNetwork();

    /** How long a session may last. */
    Optional<Duration> sessionLifetime();

    /** Sessions of this listener open at once. */
    OptionalInt maxConnections();

    /** The same from one address. */
    OptionalInt maxConnectionsPerAddress();

    /** The same from one network. */
    OptionalInt maxConnectionsPerNetwork();
  }
}
