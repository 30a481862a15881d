package io.postern.delivery.nexthop;

import io.postern.dns.DnsAnswer;
import io.postern.dns.DnsFailureException;
import io.postern.dns.MailResolver;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.hosts.HostsFileParser;

/**
 * The questions of routing to the DNS: MX, and A with AAAA. The machine's hosts file goes before it
 * for addresses. Blocks and is bounded as {@link MailResolver} is. Any thread.
 */
public final class MailDns {
  /**
   * The mail hosts of a domain.
   *
   * @param secure proven, or their absence is
   */
  record MailHosts(boolean nameExists, List<MXRecord> records, boolean secure) {}

  private static final Duration RESOLUTION_DELAY = Duration.ofMillis(50);

  private final MailResolver resolver;
  private final HostsFileParser hostsFile = new HostsFileParser();

  public MailDns(MailResolver resolver) {
    this.resolver = resolver;
  }

  /**
   * @param named an administrator named it
   */
  MailHosts mx(String domain, boolean named) throws DnsFailureException {
    Name name = name(domain);
    if (name == null) {
      return new MailHosts(false, List.of(), false);
    }
    DnsAnswer answer = resolver.ask(name, Type.MX, named, resolver.patience());
    return new MailHosts(answer.nameExists(), answer.as(MXRecord.class), answer.secure());
  }

  /**
   * IPv6 and IPv4 in turn, each in the order of the answer (RFC 5321 §5.1, RFC 8305 §4), so that a
   * network without one of them still gets through early. Both are asked for at once. IPv4
   * addresses that are known wait for the IPv6 ones for the Resolution Delay at most (RFC 8305 §3):
   * later ones are for the next delivery.
   *
   * @param named an administrator named the host, or the one of which it is a mail host
   */
  HostAddresses addresses(String host, boolean named) {
    Name name = name(host);
    if (name == null) {
      return new HostAddresses(List.of(), null);
    }
    resolver.begin(name, Type.AAAA);
    List<InetAddress> six = List.of();
    List<InetAddress> four = List.of();
    DnsFailureException failure = null;
    try {
      four = addresses(name, Type.A, named, resolver.patience());
    } catch (DnsFailureException e) {
      failure = e;
    }
    try {
      six =
          addresses(
              name, Type.AAAA, named, four.isEmpty() ? resolver.patience() : RESOLUTION_DELAY);
    } catch (DnsFailureException e) {
      failure = e;
    }
    return new HostAddresses(inTurn(six, four), failure);
  }

  private static List<InetAddress> inTurn(List<InetAddress> six, List<InetAddress> four) {
    List<InetAddress> addresses = new ArrayList<>(six.size() + four.size());
    for (int i = 0; i < Math.max(six.size(), four.size()); i++) {
      if (i < six.size()) {
        addresses.add(six.get(i));
      }
      if (i < four.size()) {
        addresses.add(four.get(i));
      }
    }
    return addresses;
  }

  private List<InetAddress> addresses(Name name, int type, boolean named, Duration atMost)
      throws DnsFailureException {
    Optional<InetAddress> written = hostsFile(name, type);
    if (written.isPresent()) {
      return List.of(written.get());
    }
    DnsAnswer answer = resolver.ask(name, type, named, atMost);
    return type == Type.A
        ? answer.as(ARecord.class).stream().map(ARecord::getAddress).toList()
        : answer.as(AAAARecord.class).stream().map(AAAARecord::getAddress).toList();
  }

  /** Whoever administers this machine has written its address. */
  boolean isInHostsFile(String host) {
    Name name = name(host);
    return name != null
        && (hostsFile(name, Type.A).isPresent() || hostsFile(name, Type.AAAA).isPresent());
  }

  private Optional<InetAddress> hostsFile(Name name, int type) {
    try {
      return hostsFile.getAddressForHost(name, type);
    } catch (IOException e) {
      return Optional.empty(); // a machine without a hosts file, or whose file is not for us
    }
  }

  /** Null: no name can be so long or so formed, and none such exists. */
  private static @Nullable Name name(String text) {
    try {
      return Name.fromString(text, Name.root);
    } catch (TextParseException e) {
      return null;
    }
  }
}
