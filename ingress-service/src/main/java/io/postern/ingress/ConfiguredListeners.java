package io.postern.ingress;

import static io.postern.service.CheckedSettings.atLeast;
import static io.postern.service.CheckedSettings.between;

import io.postern.ingress.listener.Balancers;
import io.postern.ingress.listener.ConnectionBounds;
import io.postern.ingress.listener.Listener;
import io.postern.ingress.session.SessionLimits;
import io.postern.rules.address.IpRange;
import io.postern.service.CheckedSettings;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The listeners of the settings, checked as {@link CheckedSettings} are: those of {@code
 * postern.ingress.listeners}, by name, or else one named smtp at {@code postern.ingress.host} and
 * {@code port}. Stateless.
 */
final class ConfiguredListeners {
  private static final String PREFIX = "postern.ingress";
  private static final Pattern NAME = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?");

  private ConfiguredListeners() {}

  /**
   * @param limits of sessions, where a listener has none of its own
   * @param bounds of the connections of all listeners together
   */
  static List<Listener> of(IngressSettings ingress, SessionLimits limits, ConnectionBounds bounds) {
    if (ingress.listeners().isEmpty()) {
      List<InetSocketAddress> addresses =
          addresses(PREFIX, List.of(ingress.host()), ingress.port());
      return List.of(
          new Listener(PREFIX, "smtp", addresses, false, Balancers.NONE, limits, bounds));
    }
    List<Listener> listeners = new ArrayList<>();
    new TreeMap<>(ingress.listeners())
        .forEach(
            (name, settings) -> listeners.add(listener(name, settings, ingress, limits, bounds)));
    return List.copyOf(listeners);
  }

  private static Listener listener(
      String name,
      IngressSettings.Listener settings,
      IngressSettings ingress,
      SessionLimits limits,
      ConnectionBounds bounds) {
    String key = PREFIX + ".listeners." + name;
    if (!NAME.matcher(name).matches()) {
      throw new ConfigurationException(
          key + " has an invalid name: use up to 32 of a to z, 0 to 9 and hyphens");
    }
    if (settings.port().isEmpty()) {
      throw new ConfigurationException(key + ".port is missing: write a port such as 25");
    }
    return new Listener(
        key,
        name,
        addresses(key, settings.host(), settings.port().getAsInt()),
        implicit(key, settings.tls()),
        balancers(key, settings.balancers()),
        ConfiguredLimits.of(key, settings, ingress, limits),
        bounds(key, settings, bounds));
  }

  private static List<InetSocketAddress> addresses(String key, List<String> hosts, int port) {
    between(key + ".port", port, 0, 65_535);
    List<InetSocketAddress> addresses = new ArrayList<>();
    for (String host : hosts) {
      InetSocketAddress address = new InetSocketAddress(host.strip(), port);
      if (address.isUnresolved()) {
        throw new ConfigurationException(
            key
                + ".host is \""
                + host
                + "\", which does not resolve: write an address of this machine");
      }
      if (address.getAddress().isAnyLocalAddress() && hosts.size() > 1) {
        throw new ConfigurationException(
            key
                + ".host has "
                + host
                + ", which means all addresses, including IPv6: use it as "
                + "the only entry");
      }
      addresses.add(address);
    }
    if (addresses.isEmpty()) {
      throw new ConfigurationException(key + ".host is empty: write an address of this machine");
    }
    return addresses;
  }

  private static boolean implicit(String key, String tls) {
    return switch (tls) {
      case "implicit" -> true;
      case "starttls" -> false;
      default ->
          throw new ConfigurationException(
              key + ".tls is \"" + tls + "\": write starttls or implicit");
    };
  }

  private static Balancers balancers(String key, Optional<List<String>> written) {
    List<IpRange> ranges = new ArrayList<>();
    for (String range : written.orElse(List.of())) {
      try {
        IpRange parsed = IpRange.parse(range.strip());
        if (parsed.hasHostBits()) {
          throw new IllegalArgumentException("address bits are set beyond the prefix length");
        }
        ranges.add(parsed);
      } catch (IllegalArgumentException e) {
        throw new ConfigurationException(
            key
                + ".balancers has \""
                + range
                + "\" ("
                + e.getMessage()
                + "): write addresses such as 192.0.2.1 or 2001:db8::/64");
      }
    }
    return new Balancers(ranges);
  }

  private static ConnectionBounds bounds(
      String key, IngressSettings.Listener settings, ConnectionBounds service) {
    int all =
        between(
            key + ".max-connections",
            settings.maxConnections().orElse(service.all()),
            1,
            service.all());
    // A smaller listener's address must not become one that stands for all clients.
    int perAddress =
        service.perAddress() >= service.all()
            ? all
            : Math.min(service.perAddress(), Math.max(1, all - 1));
    return new ConnectionBounds(
        all,
        atLeast(
            key + ".max-connections-per-address",
            settings.maxConnectionsPerAddress().orElse(perAddress),
            1),
        atLeast(
            key + ".max-connections-per-network",
            settings.maxConnectionsPerNetwork().orElse(service.perNetwork()),
            1));
  }
}
