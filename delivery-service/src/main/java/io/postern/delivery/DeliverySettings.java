package io.postern.delivery;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The settings {@code postern.delivery.*}; README.md describes each. */
@ConfigMapping(prefix = "postern.delivery")
public interface DeliverySettings {

  /** Our name in EHLO (RFC 5321 §4.1.1.1); by default the machine's. */
  Optional<String> hostName();

  /**
   * This replica's name in the log, the same after a restart and no other's; by default the
   * machine's host name and the port of health and metrics.
   */
  Optional<String> replica();

  /** Port of mail hosts that an MX record names. */
  @WithDefault("25")
  int mxPort();

  /**
   * Dial mail hosts of the recipient's choice at loopback, private and link-local addresses too.
   */
  @WithDefault("false")
  boolean allowPrivateTargets();

  /** Mail hosts of one domain that are tried. */
  @WithDefault("10")
  int maxHosts();

  /** Addresses that one delivery tries. */
  @WithDefault("10")
  int maxAddresses();

  /** Folder with client certificates, ORGANIZATION/NAME.pem with NAME.key; by default none. */
  Optional<String> clientCertificatesFolder();

  /**
   * Where senders reach ingress, {@code ip}, {@code ip:port}, {@code interfaces} or {@code
   * interfaces:port} for all addresses of this machine; without a port 25.
   */
  @WithDefault("interfaces")
  List<String> ownAddresses();

  /**
   * Our addresses that hosts are dialled from, at most one IPv4 and one IPv6, where the connector
   * names none; by default the system's choice.
   */
  Optional<List<String>> sourceAddresses();

  /** Folder with credentials, ORGANIZATION/NAME.user with NAME.password; by default none. */
  Optional<String> credentialsFolder();

  /** Open deliveries a partition. */
  @WithDefault("500")
  int window();

  /** Memory of all open deliveries together. */
  @WithDefault("67108864")
  long bufferBytes();

  /** Time between two commits of positions, which prove the lease of 5 s. */
  @WithDefault("500ms")
  Duration commitInterval();

  /** How long a partition that is given up is kept for its last records; the group waits. */
  @WithDefault("3s")
  Duration revocationPatience();

  /** How long sessions past their final dot are waited for when the service stops. */
  @WithDefault("20s")
  Duration stopPatience();

  /** Count sessions with mail hosts of domains that want reports about TLS (RFC 8460). */
  @WithDefault("false")
  boolean tlsReports();

  /** Address of ours that others send reports about TLS to; by default none. */
  Optional<String> tlsReportAddress();

  Watched watched();

  /** How long a verdict on a host's certificate is waited for. */
  @WithDefault("10s")
  Duration verdictPatience();

  /** How long the first policy of a domain (MTA-STS) is waited for. */
  @WithDefault("10s")
  Duration policyPatience();

  Destination destination();

  Connections connections();

  Timeouts timeout();

  /** Deliveries to one destination. Numbers are of the whole group of replicas. */
  interface Destination {
    /** Run at a time to one that is not known yet. */
    @WithDefault("5")
    int initial();

    /** Run at a time at most. */
    @WithDefault("20")
    int limit();

    /**
     * Sessions at a time with one address of a mail host that recipients' domains name (IPv6: one
     * /64), for all destinations together; a fifth of them with one that is not known yet.
     */
    @WithDefault("100")
    int hostLimit();

    /** Begin in a minute at most, to one destination; 0: any number. */
    @WithDefault("0")
    int messagesPerMinute();

    /** Sessions that begin in a minute at most, with one address of such a host; 0: any number. */
    @WithDefault("0")
    int hostMessagesPerMinute();

    /** Fail in a row, and nothing gets through: it counts as dead and is probed. */
    @WithDefault("5")
    int failures();

    /** From its death to the first probe; each failed one doubles it. */
    @WithDefault("10s")
    Duration probePause();

    /** The most that it grows to. */
    @WithDefault("5m")
    Duration longestProbePause();

    /** Waits for a slot, then it is handed back. */
    @WithDefault("5s")
    Duration patience();

    /** Before a delivery handed back comes again. */
    @WithDefault("5s")
    Duration shortestHandBack();

    /** The most that one handed back stays away, of a dead destination from the next probe on. */
    @WithDefault("10m")
    Duration longestHandBack();

    /** Destinations remembered. */
    @WithDefault("10000")
    int kept();
  }

  /** Sessions that last, handed over to the scheduler's watch. */
  interface Watched {
    /** At once, beside the window. */
    @WithDefault("1000")
    int sessions();

    /** Memory of all of them. */
    @WithDefault("33554432")
    long bytes();
  }

  Recipients recipients();

  /** Questions to mailbox routes whether recipients exist. */
  interface Recipients {
    /** Addresses of one domain that are asked for in a minute. */
    @WithDefault("3000")
    int perMinute();

    /** For each step of a host: connection, greeting, handshake, the answers to a group. */
    @WithDefault("10s")
    Duration timeout();

    /** How long a route that cannot be reached is left alone; doubled up to a minute. */
    @WithDefault("5s")
    Duration pause();

    /** How long a connection is kept without use. */
    @WithDefault("30s")
    Duration idleTime();
  }

  /** Idle connections. */
  interface Connections {
    /** The most that are kept at once. */
    @WithDefault("200")
    int idle();

    /** How long one is kept without use. */
    @WithDefault("10s")
    Duration idleTime();

    /** Transactions over one. */
    @WithDefault("100")
    int uses();
  }

  /** How long a host is waited for (RFC 5321 §4.5.3.2). */
  interface Timeouts {
    /** For the connection to one address. */
    @WithDefault("10s")
    Duration connect();

    /** For the greeting. */
    @WithDefault("60s")
    Duration greeting();

    /** For the TLS handshake. */
    @WithDefault("60s")
    Duration handshake();

    /** For the answer to EHLO, STARTTLS, MAIL, RCPT, RSET. */
    @WithDefault("5m")
    Duration command();

    /** For the answer to DATA. */
    @WithDefault("2m")
    Duration dataStart();

    /** For a block of content to be taken. */
    @WithDefault("3m")
    Duration block();

    /** For the answer to the final dot. */
    @WithDefault("10m")
    Duration end();

    /** For the answer to QUIT. */
    @WithDefault("5s")
    Duration quit();
  }
}
