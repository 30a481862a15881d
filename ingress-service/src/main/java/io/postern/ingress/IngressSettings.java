package io.postern.ingress;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** The settings of the SMTP side, {@code postern.ingress.*}; README.md describes them. */
@ConfigMapping(prefix = "postern.ingress")
public interface IngressSettings {

  /** Address to listen on, name or IP literal. */
  @WithDefault("127.0.0.1")
  String host();

  /** Port to listen on; 0 takes a free one. */
  @WithDefault("2525")
  int port();

  /** Our name in the greeting and in Received fields; by default the machine's. */
  Optional<String> hostName();

  /**
   * The name of this replica in the log, the same after a restart and no other's; by default the
   * machine's host name and the port.
   */
  Optional<String> replica();

  /** Largest message, announced by SIZE (RFC 1870). */
  @WithDefault("157286400")
  long maxMessageBytes();

  /** Sessions open at once; the next gets 421. From four fifths on, clients get less time. */
  @WithDefault("1000")
  int maxConnections();

  /** Sessions open at once from one address. */
  @WithDefault("100")
  int maxConnectionsPerAddress();

  /** The wait for a silent client (RFC 5321 §4.5.3.2.7). */
  @WithDefault("5m")
  Duration idleTimeout();

  /** The same while sessions or the memory for messages are nearly all taken. */
  @WithDefault("10s")
  Duration stressTimeout();

  /** Longest way from one message's end (or the connection) to the next message's end. */
  @WithDefault("30m")
  Duration messageDeadline();

  /** The wait of one mail transaction, in all, for verdicts on the client's certificate. */
  @WithDefault("10s")
  Duration verdictPatience();

  /** The time for messages under way to end when the service stops. */
  @WithDefault("20s")
  Duration shutdownPatience();

  /** Buffers of messages under way, in bytes; a message that finds none free gets 452. */
  @WithDefault("25165824")
  long dataMemoryBytes();

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

  /** The address of {@code <postmaster>} without a domain (RFC 5321 §4.5.1). */
  Optional<String> postmaster();
}
