package io.postern.delivery;

import static io.postern.service.CheckedSettings.atLeast;
import static io.postern.service.CheckedSettings.atMost;
import static io.postern.service.CheckedSettings.between;
import static io.postern.service.CheckedSettings.positive;

import io.postern.delivery.destination.DestinationSettings;
import io.postern.delivery.nexthop.OwnAddresses;
import io.postern.delivery.position.ReaderSettings;
import io.postern.delivery.route.ClientIdentity;
import io.postern.delivery.session.Timeouts;
import io.postern.dns.MailResolver;
import io.postern.log.TrustedClock;
import io.postern.service.CheckedSettings;
import io.postern.service.ReplicaName;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The settings, checked when this is made (see {@link CheckedSettings}). Immutable. */
@Singleton
class Configuration {
  private static final int SMTP_PORT = 25;
  private static final Duration MAX_COMMIT_INTERVAL = Duration.ofSeconds(2);
  private static final Duration MAX_REVOCATION_PATIENCE = Duration.ofSeconds(4);
  private static final int MIN_WINDOW = 101; // one poll of the reader and one more
  private static final int MAX_WINDOW = 5_000;
  private static final int MIN_BYTES = 1 << 20;

  final DeliverySettings delivery;
  final MailResolver resolver;
  final Optional<Path> clientCertificates;
  final Duration policyPatience;
  final Optional<Path> credentials;
  final int mxPort;
  final int maxAddresses;
  final int maxHosts;
  final int hostLimit;
  final int hostMessagesPerMinute;
  final DestinationSettings destinations;
  final ReaderSettings reader;
  final Timeouts timeouts;
  final RecipientSettings recipients;
  final String hostName;
  final ClientIdentity identity;
  final OwnAddresses ownAddresses;
  final String replica;
  final long verdictCacheBytes;

  @Inject
  Configuration(
      DeliverySettings delivery,
      DnsSettings dns,
      @ConfigProperty(name = "quarkus.management.port") Optional<String> managementPort) {
    this.delivery = delivery;
    resolver = resolver(dns);
    policyPatience = positive("postern.delivery.policy-patience", delivery.policyPatience());
    clientCertificates =
        folder("postern.delivery.client-certificates-folder", delivery.clientCertificatesFolder());
    credentials = folder("postern.delivery.credentials-folder", delivery.credentialsFolder());
    mxPort = between("postern.delivery.mx-port", delivery.mxPort(), 1, 65_535);
    maxAddresses = atLeast("postern.delivery.max-addresses", delivery.maxAddresses(), 1);
    maxHosts = atLeast("postern.delivery.max-hosts", delivery.maxHosts(), 1);
    hostLimit =
        atLeast("postern.delivery.destination.host-limit", delivery.destination().hostLimit(), 1);
    hostMessagesPerMinute =
        atLeast(
            "postern.delivery.destination.host-messages-per-minute",
            delivery.destination().hostMessagesPerMinute(),
            0);
    verdictCacheBytes =
        atLeast("postern.delivery.verdict-cache-bytes", delivery.verdictCacheBytes(), MIN_BYTES);
    destinations = destinations(delivery.destination());
    reader = reader(delivery);
    timeouts = timeouts(delivery.timeout());
    recipients = RecipientSettings.of(delivery.recipients());
    hostName = CheckedSettings.hostName("postern.delivery.host-name", delivery.hostName());
    identity =
        new ClientIdentity(
            hostName, sourceAddresses(delivery.sourceAddresses().orElse(List.of())), "");
    ownAddresses = ownAddresses(delivery.ownAddresses());
    replica =
        ReplicaName.of("postern.delivery.replica", delivery.replica(), managementPort.orElse(""));
  }

  private static MailResolver resolver(DnsSettings dns) {
    List<InetSocketAddress> servers =
        dns.servers().orElse(List.of()).stream().map(entry -> dnsServer(entry.strip())).toList();
    try {
      return new MailResolver(
          new io.postern.dns.DnsSettings(
              servers,
              positive("postern.dns.timeout", dns.timeout()),
              positive("postern.dns.patience", dns.patience()),
              dns.cacheBytes(),
              dns.dnssec(),
              dns.rootAnchors()),
          TrustedClock.ofTheMachine());
    } catch (IOException e) {
      throw new ConfigurationException(
          "postern.dns.root-anchors cannot be read: "
              + e.getMessage()
              + "; write the root's DS records as in a zone file, or remove the setting");
    }
  }

  private static InetSocketAddress dnsServer(String entry) {
    try {
      return io.postern.dns.DnsSettings.server(entry);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          "postern.dns.servers has \"" + entry + "\": write addresses such as 192.0.2.53:53");
    }
  }

  private static InetSocketAddress address(String entry, int standardPort) {
    return new InetSocketAddress(
        InetAddress.ofLiteral(host(entry).replace("[", "").replace("]", "")),
        port(entry, standardPort));
  }

  private static String host(String entry) {
    return hasPort(entry) ? entry.substring(0, entry.lastIndexOf(':')) : entry;
  }

  private static int port(String entry, int standard) {
    return hasPort(entry)
        ? Integer.parseInt(entry.substring(entry.lastIndexOf(':') + 1))
        : standard;
  }

  private static boolean hasPort(String entry) {
    int colon = entry.lastIndexOf(':');
    return colon > 0 && (entry.indexOf(':') == colon || entry.charAt(colon - 1) == ']');
  }

  private static OwnAddresses ownAddresses(List<String> settings) {
    Set<InetSocketAddress> addresses = new HashSet<>();
    Set<Integer> interfacePorts = new HashSet<>();
    for (String setting : settings) {
      String entry = setting.strip();
      try {
        if (host(entry).equals("interfaces")) {
          interfacePorts.add(port(entry, SMTP_PORT));
        } else {
          addresses.add(address(entry, SMTP_PORT));
        }
      } catch (IllegalArgumentException e) {
        throw new ConfigurationException(
            "postern.delivery.own-addresses has \""
                + setting
                + "\": write addresses such as 192.0.2.25 or 192.0.2.25:2525, or interfaces:25 for"
                + " all of this machine");
      }
    }
    return new OwnAddresses(addresses, interfacePorts);
  }

  private static Optional<Path> folder(String key, Optional<String> setting) {
    Optional<Path> folder = setting.filter(f -> !f.isBlank()).map(Path::of);
    if (folder.isPresent() && !Files.isDirectory(folder.get())) {
      throw new ConfigurationException(
          key
              + " names "
              + folder.get()
              + ", which is not a folder: create it, or remove the setting");
    }
    return folder;
  }

  private static List<InetAddress> sourceAddresses(List<String> settings) {
    List<InetAddress> addresses = new ArrayList<>();
    for (String setting : settings) {
      try {
        addresses.add(InetAddress.ofLiteral(setting.strip()));
      } catch (IllegalArgumentException e) {
        throw new ConfigurationException(
            "postern.delivery.source-addresses has \""
                + setting
                + "\": write addresses of this machine, such as 192.0.2.25,2001:db8::25");
      }
    }
    if (addresses.stream().map(InetAddress::getClass).distinct().count() < addresses.size()
        || addresses.stream().anyMatch(InetAddress::isAnyLocalAddress)) {
      throw new ConfigurationException(
          "postern.delivery.source-addresses has two addresses of one family, or an invalid one: "
              + "write at most one IPv4 and one IPv6 address");
    }
    return List.copyOf(addresses);
  }

  private static DestinationSettings destinations(DeliverySettings.Destination d) {
    String key = "postern.delivery.destination.";
    return new DestinationSettings(
        atLeast(key + "initial", d.initial(), 1),
        atLeast(key + "limit", d.limit(), 1),
        atLeast(key + "messages-per-minute", d.messagesPerMinute(), 0),
        atLeast(key + "failures", d.failures(), 1),
        positive(key + "probe-pause", d.probePause()),
        positive(key + "longest-probe-pause", d.longestProbePause()),
        positive(key + "patience", d.patience()),
        positive(key + "shortest-hand-back", d.shortestHandBack()),
        positive(key + "longest-hand-back", d.longestHandBack()),
        atLeast(key + "kept", d.kept(), 100));
  }

  private static ReaderSettings reader(DeliverySettings delivery) {
    return new ReaderSettings(
        between("postern.delivery.window", delivery.window(), MIN_WINDOW, MAX_WINDOW),
        atLeast("postern.delivery.buffer-bytes", delivery.bufferBytes(), MIN_BYTES),
        // A lease of 5 s rests on it.
        atMost("postern.delivery.commit-interval", delivery.commitInterval(), MAX_COMMIT_INTERVAL),
        // A client that closes sends no heartbeats meanwhile, and its session lasts 6 s.
        atMost(
            "postern.delivery.revocation-patience",
            delivery.revocationPatience(),
            MAX_REVOCATION_PATIENCE),
        positive("postern.delivery.stop-patience", delivery.stopPatience()),
        atLeast("postern.delivery.watched.sessions", delivery.watched().sessions(), 1),
        atLeast("postern.delivery.watched.bytes", delivery.watched().bytes(), MIN_BYTES));
  }

  private static Timeouts timeouts(DeliverySettings.Timeouts t) {
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
}
