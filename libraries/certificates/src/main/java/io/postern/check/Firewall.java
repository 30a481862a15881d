package io.postern.check;

import io.postern.certificate.fetch.FetchTrace;
import io.postern.certificate.revocation.probe.EndpointStatus;
import io.postern.certificate.revocation.probe.ProbeResult;
import io.postern.check.report.Connection;
import io.postern.check.report.Report.FirewallEntry;
import io.postern.contracts.Spelling;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The connections that a firewall must allow: each host and port once, with its use, whether it was
 * reached or not. One thread, one use.
 */
final class Firewall {
  private static final int HTTP_PORT = 80;

  private static final Set<EndpointStatus> NOT_REACHED =
      EnumSet.of(
          EndpointStatus.DNS_FAILURE,
          EndpointStatus.REFUSED,
          EndpointStatus.SILENT,
          EndpointStatus.UNREACHABLE,
          EndpointStatus.BLOCKED_ADDRESS);

  private record Place(String host, int port, String by) {}

  private static final class Use {
    final Set<String> what = new TreeSet<>();
    boolean reached;
  }

  private final Map<Place, Use> places = new LinkedHashMap<>();

  void add(Connection connection) {
    boolean reached =
        switch (connection.status()) {
          case DNS_FAILURE, REFUSED, SILENT, UNREACHABLE, BLOCKED_ADDRESS -> false;
          case OK,
              TIMED_OUT,
              DISCONNECTED,
              NOT_SMTP,
              SMTP_REFUSED,
              STARTTLS_NOT_OFFERED,
              STARTTLS_REFUSED,
              HANDSHAKE_FAILED ->
              true;
        };
    add(connection.host(), connection.port(), "here", "smtp", reached);
  }

  void add(ProbeResult probed) {
    if (!probed.endpoint().followed()) {
      return;
    }
    String what = Spelling.hyphens(probed.endpoint().kind());
    boolean reached = !NOT_REACHED.contains(probed.status());
    List<FetchTrace.Hop> hops = probed.trace().hops();
    for (int i = 0; i < hops.size(); i++) {
      FetchTrace.Hop hop = hops.get(i);
      add(
          hop.host(),
          hop.port(),
          "here",
          hop.proxy() ? "http-proxy" : what,
          reached || i < hops.size() - 1);
    }
    boolean proxied = !hops.isEmpty() && hops.getFirst().proxy();
    if (hops.isEmpty() || proxied) {
      add(
          host(probed.endpoint().url()),
          port(probed.endpoint().url()),
          proxied ? "proxy" : "here",
          what,
          proxied && probed.bytes() > 0);
    }
  }

  private void add(String host, int port, String by, String what, boolean reached) {
    if (!host.isEmpty()) {
      Use entry = places.computeIfAbsent(new Place(host, port, by), _ -> new Use());
      entry.what.add(what);
      entry.reached |= reached;
    }
  }

  List<FirewallEntry> entries() {
    List<FirewallEntry> entries = new ArrayList<>();
    places.forEach(
        (place, entry) ->
            entries.add(
                new FirewallEntry(
                    place.host(),
                    place.port(),
                    List.copyOf(entry.what),
                    place.by(),
                    entry.reached)));
    return entries;
  }

  /** In small letters; empty: the URL has none. */
  static String host(String url) {
    try {
      String host = URI.create(url).getHost();
      return host == null ? "" : host.toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  /** 0: the URL has no host. */
  static int port(String url) {
    return host(url).isEmpty()
        ? 0
        : URI.create(url).getPort() < 0 ? HTTP_PORT : URI.create(url).getPort();
  }
}
