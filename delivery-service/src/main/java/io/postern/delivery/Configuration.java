package io.postern.delivery;

import io.postern.contracts.Deployment;
import io.postern.delivery.destination.DestinationSettings;
import io.postern.delivery.position.ReaderSettings;
import io.postern.delivery.transaction.Timeouts;
import io.postern.log.LogSettings;
import io.postern.log.ReplicaName;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/** The settings, checked: each problem is one sentence that names the key and the cure. */
@ApplicationScoped
public class Configuration {
  private static final int DNS_PORT = 53;
  private static final Duration MAX_COMMIT_INTERVAL = Duration.ofSeconds(2);
  private static final Duration MAX_REVOCATION_PATIENCE = Duration.ofSeconds(4);
  private static final int MIN_WINDOW = 101; // one poll of the reader and one more

  private final DeliverySettings delivery;
  private final DnsSettings dns;
  private final LogDeploymentSettings log;
  private final Config config;

  @Inject
  public Configuration(
      DeliverySettings delivery, DnsSettings dns, LogDeploymentSettings log, Config config) {
    this.delivery = delivery;
    this.dns = dns;
    this.log = log;
    this.config = config;
  }

  DeliverySettings delivery() {
    return delivery;
  }

  DnsSettings dns() {
    return dns;
  }

  LogSettings logSettings() throws ConfigurationProblem {
    try {
      return LogSettings.of(
          config.getPropertyNames(),
          key -> config.getOptionalValue(key, String.class).orElse(null));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationProblem(String.valueOf(e.getMessage()));
    }
  }

  Deployment deployment() throws ConfigurationProblem {
    try {
      return Deployment.of(log.deployment(), log.partitions());
    } catch (IllegalArgumentException e) {
      throw new ConfigurationProblem(String.valueOf(e.getMessage()));
    }
  }

  List<InetSocketAddress> dnsServers() throws ConfigurationProblem {
    List<InetSocketAddress> servers = new ArrayList<>();
    for (String entry : dns.servers().orElse(List.of())) {
      servers.add(dnsServer(entry.strip()));
    }
    return servers;
  }

  private static InetSocketAddress dnsServer(String entry) throws ConfigurationProblem {
    int colon = entry.lastIndexOf(':');
    boolean port = colon > 0 && (entry.indexOf(':') == colon || entry.charAt(colon - 1) == ']');
    String host = port ? entry.substring(0, colon) : entry;
    try {
      return new InetSocketAddress(
          InetAddress.ofLiteral(host.replace("[", "").replace("]", "")),
          port ? Integer.parseInt(entry.substring(colon + 1)) : DNS_PORT);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationProblem(
          "postern.dns.servers has \"" + entry + "\": write addresses such as 192.0.2.53:53");
    }
  }

  Optional<Path> clientCertificates() throws ConfigurationProblem {
    Optional<Path> folder =
        delivery.clientCertificatesFolder().filter(f -> !f.isBlank()).map(Path::of);
    if (folder.isPresent() && !Files.isDirectory(folder.get())) {
      throw new ConfigurationProblem(
          "postern.delivery.client-certificates-folder names "
              + folder.get()
              + ", which is no folder: make it, or leave the setting out");
    }
    return folder;
  }

  int mxPort() throws ConfigurationProblem {
    if (delivery.mxPort() < 1 || delivery.mxPort() > 65_535) {
      throw new ConfigurationProblem(
          "postern.delivery.mx-port is " + delivery.mxPort() + ": write a port from 1 to 65535");
    }
    return delivery.mxPort();
  }

  DestinationSettings destinations() throws ConfigurationProblem {
    String key = "postern.delivery.destination.";
    DeliverySettings.Destination d = delivery.destination();
    return new DestinationSettings(
        atLeast(key + "initial", d.initial(), 1),
        atLeast(key + "limit", d.limit(), 1),
        atLeast(key + "failures", d.failures(), 1),
        positive(key + "probe-pause", d.probePause()),
        positive(key + "longest-probe-pause", d.longestProbePause()),
        positive(key + "patience", d.patience()),
        positive(key + "shortest-hand-back", d.shortestHandBack()),
        positive(key + "longest-hand-back", d.longestHandBack()),
        atLeast(key + "kept", d.kept(), 100));
  }

  int hostLimit() throws ConfigurationProblem {
    return atLeast(
        "postern.delivery.destination.host-limit", delivery.destination().hostLimit(), 1);
  }

  int maxAddresses() throws ConfigurationProblem {
    return atLeast("postern.delivery.max-addresses", delivery.maxAddresses(), 1);
  }

  int maxHosts() throws ConfigurationProblem {
    return atLeast("postern.delivery.max-hosts", delivery.maxHosts(), 1);
  }

  ReaderSettings reader() throws ConfigurationProblem {
    atLeast("postern.delivery.window", delivery.window(), MIN_WINDOW);
    if (delivery.window() > 5_000) {
      throw new ConfigurationProblem(
          "postern.delivery.window is " + delivery.window() + ": write at most 5000");
    }
    if (delivery.bufferBytes() < 1 << 20) {
      throw new ConfigurationProblem(
          "postern.delivery.buffer-bytes is "
              + delivery.bufferBytes()
              + ": write at least 1048576");
    }
    return new ReaderSettings(
        delivery.window(),
        delivery.bufferBytes(),
        // A lease of 5 s rests on it.
        atMost("postern.delivery.commit-interval", delivery.commitInterval(), MAX_COMMIT_INTERVAL),
        // A client that closes sends no heartbeats meanwhile, and its session lasts 6 s.
        atMost(
            "postern.delivery.revocation-patience",
            delivery.revocationPatience(),
            MAX_REVOCATION_PATIENCE),
        positive("postern.delivery.stop-patience", delivery.stopPatience()),
        atLeast("postern.delivery.watched.sessions", delivery.watched().sessions(), 1),
        watchedBytes());
  }

  private static Duration atMost(String key, Duration value, Duration most)
      throws ConfigurationProblem {
    if (value.compareTo(most) > 0) {
      throw new ConfigurationProblem(
          key + " is " + value.toMillis() + " ms: write at most " + most.toMillis() + "ms");
    }
    return positive(key, value);
  }

  private long watchedBytes() throws ConfigurationProblem {
    long bytes = delivery.watched().bytes();
    if (bytes < 1 << 20) {
      throw new ConfigurationProblem(
          "postern.delivery.watched.bytes is " + bytes + ": write at least 1048576");
    }
    return bytes;
  }

  Timeouts timeouts() throws ConfigurationProblem {
    DeliverySettings.Timeouts t = delivery.timeout();
    return new Timeouts(
        positive("postern.delivery.timeout.connect", t.connect()),
        positive("postern.delivery.timeout.greeting", t.greeting()),
        positive("postern.delivery.timeout.handshake", t.handshake()),
        positive("postern.delivery.timeout.command", t.command()),
        positive("postern.delivery.timeout.data-start", t.dataStart()),
        positive("postern.delivery.timeout.block", t.block()),
        positive("postern.delivery.timeout.end", t.end()),
        positive("postern.delivery.timeout.quit", t.quit()));
  }

  String hostName() throws ConfigurationProblem {
    String name = delivery.hostName().orElseGet(Configuration::machineName);
    if (!name.matches("[A-Za-z0-9]([A-Za-z0-9.-]{0,253}[A-Za-z0-9])?")) {
      throw new ConfigurationProblem(
          "postern.delivery.host-name is \""
              + name
              + "\": write this server's name as the DNS has it, such as mail.example.com");
    }
    return name;
  }

  /** See {@link ReplicaName}. */
  String replica() throws ConfigurationProblem {
    String port = config.getOptionalValue("quarkus.management.port", String.class).orElse("");
    try {
      return ReplicaName.of("postern.delivery.replica", delivery.replica(), port);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationProblem(String.valueOf(e.getMessage()));
    }
  }

  private static String machineName() {
    try {
      return InetAddress.getLocalHost().getCanonicalHostName();
    } catch (UnknownHostException e) {
      return "localhost"; // a machine without a name: EHLO needs a word
    }
  }

  private static int atLeast(String key, int value, int least) throws ConfigurationProblem {
    if (value < least) {
      throw new ConfigurationProblem(key + " is " + value + ": write at least " + least);
    }
    return value;
  }

  private static Duration positive(String key, Duration value) throws ConfigurationProblem {
    if (value.toMillis() < 1) {
      throw new ConfigurationProblem(key + " is " + value + ": write a time such as 30s");
    }
    return value;
  }
}
