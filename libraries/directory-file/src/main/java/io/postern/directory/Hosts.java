package io.postern.directory;

import io.postern.contracts.v1.NextHopHost;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Smart hosts: {@code host}, {@code host:port}, IPv4, IPv6 with or without {@code [...]}. */
final class Hosts {
  private static final Pattern BRACKETED = Pattern.compile("\\[([0-9A-Fa-f:.]{2,45})](?::(.*))?");
  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
  private static final Pattern NAMED = Pattern.compile("([^:]{1,253})(?::(.*))?");

  private static final int MOST_ADDRESS = 45; // RFC 4291 §2.2, with an IPv4 address at its end

  private Hosts() {}

  static List<NextHopHost> list(Fields fields, String name) {
    List<NextHopHost> hosts = new ArrayList<>();
    for (String text : fields.texts(name)) {
      NextHopHost host = parse(text);
      if (host == null) {
        if (!text.isEmpty()) {
          fields.problem(
              name,
              hosts.size(),
              "\"" + text + "\" is not a host",
              "write a name or an address, with :port (1 to 65535) if it is not the usual one");
        }
        host = NextHopHost.newBuilder().setHost(text).build();
      }
      hosts.add(host);
    }
    return hosts;
  }

  /** A name or an address; reports and returns nothing when it is none. */
  static String one(Fields fields, String name, String text) {
    String host = Domains.isAddress(text) ? text : Domains.host(text);
    if (host.isEmpty() && !text.isEmpty()) {
      fields.problem(name, "\"" + text + "\" is not a host", "write a name or an address, no port");
    }
    return host;
  }

  static String text(NextHopHost host) {
    String name = host.getHost().contains(":") ? "[" + host.getHost() + "]" : host.getHost();
    return host.getPort() == 0 ? name : name + ":" + host.getPort();
  }

  private static @Nullable NextHopHost parse(String text) {
    if (text.length() <= MOST_ADDRESS && IPV6.matcher(text).matches()) {
      return literal(text, null);
    }
    Matcher bracketed = BRACKETED.matcher(text);
    if (bracketed.matches()) {
      return literal(bracketed.group(1), bracketed.group(2));
    }
    Matcher named = NAMED.matcher(text);
    if (!named.matches()) {
      return null;
    }
    String host = Domains.host(named.group(1));
    return host.isEmpty() ? null : of(host, named.group(2));
  }

  private static @Nullable NextHopHost literal(String address, @Nullable String port) {
    return Domains.isAddress(address) ? of(address.toLowerCase(Locale.ROOT), port) : null;
  }

  private static @Nullable NextHopHost of(String host, @Nullable String port) {
    if (port == null) {
      return NextHopHost.newBuilder().setHost(host).build();
    }
    int number = port.matches("[0-9]{1,5}") ? Integer.parseInt(port) : 0;
    return number < 1 || number > 65_535
        ? null
        : NextHopHost.newBuilder().setHost(host).setPort(number).build();
  }
}
