package io.postern.delivery;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Delivery. Identity, limits and times. */
@ConfigMapping(prefix = "postern.delivery")
public interface DeliverySettings {

  /**
   * Host name in EHLO (RFC 5321 §4.1.1.1) where the connector has none. MX hosts with this name are
   * this installation. Default: the machine's host name.
   */
  Optional<String> hostName();

  /**
   * Name of this replica in the topic {@code certificate.own}. It must be unique and stay the same
   * across restarts. A machine called localhost gets a random part, and the certificates of a
   * killed replica then count for 13 hours. Default: the machine's host name and {@code
   * quarkus.management.port}.
   */
  Optional<String> replica();

  /** Port of mail hosts that an MX record names. */
  @WithDefault("25")
  int mxPort();

  /**
   * Connect to mail hosts that the recipient's domain names (by MX, or by its own address) at
   * loopback, private and link-local addresses too, and so to smart hosts and mailbox routes that
   * no operator approved. Approved ones may have any address.
   */
  @WithDefault("false")
  boolean allowPrivateTargets();

  /** Mail hosts of one domain that are tried. */
  @WithDefault("10")
  int maxHosts();

  /** Addresses that one delivery tries. */
  @WithDefault("10")
  int maxAddresses();

  /**
   * Folder with ORGANIZATION/NAME.pem and NAME.key: a connector of the organization with {@code
   * clientCertificate: NAME} presents them. A NAME.coming.pem is published as the successor. All
   * are read again when they change.
   */
  Optional<String> clientCertificatesFolder();

  /**
   * Where senders reach ingress-service, separated by commas: {@code ip}, {@code ip:port}, or
   * {@code interfaces} and {@code interfaces:port} for all addresses of this machine; port 25 where
   * none is given. A mail host there is this installation, whatever its name: it is left out with
   * all hosts that are not better ({@code loop}). In containers, behind NAT or a load balancer,
   * list the public addresses; where another server has port 25 of this machine, write {@code
   * interfaces:2525}.
   */
  @WithDefault("interfaces")
  List<String> ownAddresses();

  /**
   * Addresses from which hosts are contacted where the connector has none, separated by commas: at
   * most one IPv4 and one IPv6 address. With only one family, hosts of the other are not contacted.
   * Default: the system's choice.
   */
  Optional<List<String>> sourceAddresses();

  /**
   * Folder with ORGANIZATION/NAME.user and NAME.password, one line each: a connector of the
   * organization with {@code credentials: NAME} authenticates with them at its smart hosts. They
   * are read for each delivery. A password file that every user of the machine may read is refused
   * (use mode 0600, or 0440 in a volume of secrets).
   */
  Optional<String> credentialsFolder();

  /**
   * Open deliveries of a partition: 101 to 5,000. A quarter of them may have a null reverse-path.
   */
  @WithDefault("500")
  int window();

  /** Memory for all open deliveries. A quarter of it is for those with a null reverse-path. */
  @WithDefault("67108864")
  long bufferBytes();

  /**
   * Time between two commits of positions, which prove the lease of 5 s; at most 2 s. While nothing
   * is open, positions are committed every 2 s.
   */
  @WithDefault("500ms")
  Duration commitInterval();

  /**
   * How long a partition that is given up is kept for its last records, at most 4 s. The consumer
   * group waits for it.
   */
  @WithDefault("3s")
  Duration revocationPatience();

  /**
   * How long sessions after their final dot are waited for when the service stops. Give the process
   * 20 s more.
   */
  @WithDefault("20s")
  Duration stopPatience();

  /**
   * Count TLS sessions with mail hosts of domains that want TLS reports (RFC 8460). policy-service
   * sends the reports if {@code postern.tls-reports.*} is set there. See docs/guides/reports.md.
   */
  @WithDefault("false")
  boolean tlsReports();

  /**
   * Address to which others send TLS reports about your domains. Mail to it is read when it is
   * delivered, and goes to its mailbox as any other. Default: none.
   */
  Optional<String> tlsReportAddress();

  Watched watched();

  /**
   * How long a verdict on a certificate is waited for. Then it is unknown, and the mail is
   * deferred.
   */
  @WithDefault("10s")
  Duration verdictPatience();

  /**
   * Memory for verdicts on certificates, some 2 KB each. A partner's chain that is not among them
   * is asked about again, which takes some milliseconds: increase it where mail goes to more than
   * 7,000 hosts.
   */
  @WithDefault("16777216")
  long verdictCacheBytes();

  /**
   * How long the first MTA-STS policy of a domain is waited for. After that, only the connector's
   * TLS level counts.
   */
  @WithDefault("10s")
  Duration policyPatience();

  Destination destination();

  Connections connections();

  Timeouts timeout();

  /** Limits for one destination; each counts for all replicas together. */
  interface Destination {
    /** Concurrent deliveries to a destination that is not known yet. */
    @WithDefault("5")
    int initial();

    /**
     * Most concurrent deliveries to one destination. A connector may set less for its own mail
     * ({@code maxConnections}).
     */
    @WithDefault("20")
    int limit();

    /**
     * Concurrent sessions with one address of a mail host that recipients' domains name (IPv6: one
     * /64), for all destinations together. A fifth of them with an address that is not known yet,
     * and half of those for mail with a null reverse-path.
     */
    @WithDefault("100")
    int hostLimit();

    /** Deliveries to one destination that begin in any 60 s. 0: no limit. */
    @WithDefault("0")
    int messagesPerMinute();

    /**
     * Sessions that begin in any 60 s with one address of a mail host that recipients' domains name
     * (IPv6: one /64), for all destinations together. 0: no limit.
     */
    @WithDefault("0")
    int hostMessagesPerMinute();

    /**
     * Failures in a row, without a success, after which a destination counts as dead. One delivery
     * at a time then probes it.
     */
    @WithDefault("5")
    int failures();

    /** Time from that to the first probe. It doubles with each failed probe. */
    @WithDefault("10s")
    Duration probePause();

    /**
     * Longest time between two probes, and so the longest time in which a destination that works
     * again goes unnoticed.
     */
    @WithDefault("5m")
    Duration longestProbePause();

    /**
     * How long a delivery waits for a slot of its destination. Then, or when the window is more
     * than half full and the line takes longer than a second, it is handed back to the schedule. 20
     * s if this process gets too little CPU, the destination is fast and its line is short.
     */
    @WithDefault("5s")
    Duration patience();

    /** Shortest time before a delivery that was handed back is tried again. */
    @WithDefault("5s")
    Duration shortestHandBack();

    /**
     * Longest time before it is tried again, for a dead destination from the next probe on. What
     * would wait for a minute or more rests until its destination is up; with less than a minute
     * here, nothing does.
     */
    @WithDefault("10m")
    Duration longestHandBack();

    /** Destinations that are remembered, the most recently used ones. */
    @WithDefault("10000")
    int kept();
  }

  /** Sessions that last, handed over to the scheduler's watch. */
  interface Watched {
    /**
     * Sessions that take long and were handed over to the scheduler's watch, in addition to the
     * window. A quarter of them may have a null reverse-path.
     */
    @WithDefault("1000")
    int sessions();

    /** Memory for all of them. */
    @WithDefault("33554432")
    long bytes();
  }

  Recipients recipients();

  /** Questions to mailbox routes whether recipients exist. */
  interface Recipients {
    /**
     * Addresses of one domain in any 60 s that its mailbox route is asked about, a tenth of them at
     * once. More than that count as unknown.
     */
    @WithDefault("3000")
    int perMinute();

    /**
     * Time for each step with a host that is asked: connection, greeting, handshake, the replies to
     * a group of commands.
     */
    @WithDefault("10s")
    Duration timeout();

    /**
     * How long a route that cannot be reached is not tried. The time doubles with each failure, up
     * to a minute.
     */
    @WithDefault("5s")
    Duration pause();

    /** How long a connection for questions is kept without use. */
    @WithDefault("30s")
    Duration idleTime();
  }

  /** Idle connections. */
  interface Connections {
    /** Idle connections that are kept. */
    @WithDefault("200")
    int idle();

    /** How long a connection is kept without use. */
    @WithDefault("10s")
    Duration idleTime();

    /**
     * Transactions over one connection. A connector may set less for its own mail ({@code
     * maxMessagesPerConnection}).
     */
    @WithDefault("100")
    int uses();
  }

  /** How long a host is waited for (RFC 5321 §4.5.3.2). */
  interface Timeouts {
    /** Time to connect to one address. */
    @WithDefault("10s")
    Duration connect();

    /**
     * Time for the greeting. RFC 5321 §4.5.3.2.1 asks for 5 minutes; a host that needs longer than
     * a minute delays other mail.
     */
    @WithDefault("60s")
    Duration greeting();

    /**
     * Time for the TLS handshake. The first handshake, with the hybrid key exchange group, has at
     * most 20 s; if it fails, a second one without the group follows, unless the connector requires
     * the group.
     */
    @WithDefault("60s")
    Duration handshake();

    /** Time for the reply to EHLO, STARTTLS, MAIL, RCPT and RSET. */
    @WithDefault("5m")
    Duration command();

    /** Time for the reply to DATA. */
    @WithDefault("2m")
    Duration dataStart();

    /** Time for a block of content to be sent, and for the reply to a chunk (BDAT). */
    @WithDefault("3m")
    Duration block();

    /** Time for the reply to the final dot. */
    @WithDefault("10m")
    Duration end();

    /** Time for the reply to QUIT. */
    @WithDefault("5s")
    Duration quit();
  }
}
