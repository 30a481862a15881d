package io.postern.delivery.nexthop;

import io.postern.contracts.MailPorts;
import io.postern.contracts.PublicAddress;
import io.postern.contracts.Reasons;
import io.postern.contracts.RouteNames;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.NextHopHost;
import io.postern.delivery.nexthop.MailHost.Choice;
import io.postern.dns.DnsFailureException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Address;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Name;

/**
 * The routing of deliveries: to smart hosts, or to the MX hosts of a domain (RFC 5321 §5.1, RFC
 * 7505). A smart host's name may have MX records, as in Exchange. Blocks for DNS, bounded as {@link
 * MailDns} is. Any thread.
 */
public final class NextHops {
  private static final int SMTP_PORT = 25;
  private static final int LMTP_PORT = 24; // RFC 2033 §5 leaves the port to the site; IANA lists 24

  /** Of a next hop that needs an approval. */
  public static final String CURE =
      "an operator must approve it (postern next-hops approve), or remove it from the connector or"
          + " accepted domain";

  private final MailDns dns;
  private final int mxPort;
  private final String ownName;
  private final OwnAddresses ownAddresses;
  private final int maxHosts;
  private final boolean allowPrivate;
  private final Random random;

  /**
   * @param mxPort of mail hosts; a smart host's MX records are for this port
   * @param ownName our host name: MX hosts as good as ourselves or worse are left out
   * @param ownAddresses see {@link #leadsBack}
   * @param maxHosts the most MX hosts tried, of a domain or of one smart host
   * @param allowPrivate see {@link #mayDial}
   */
  public NextHops(
      MailDns dns,
      int mxPort,
      String ownName,
      OwnAddresses ownAddresses,
      int maxHosts,
      boolean allowPrivate,
      Random random) {
    this.dns = dns;
    this.mxPort = mxPort;
    this.ownName = ownName.toLowerCase(Locale.ROOT);
    this.ownAddresses = ownAddresses;
    this.maxHosts = maxHosts;
    this.allowPrivate = allowPrivate;
    this.random = random;
  }

  /**
   * The ways of a next hop in the order in which they are to be tried, each to be resolved when it
   * is its turn: one for each smart host, the first drawn and the others in turn behind it, since
   * they have no priorities (docs/design/connectors.md, "Smart hosts"); else itself.
   */
  public List<NextHop> ways(NextHop hop) {
    int count = hop.getSmartHostsCount();
    if (count < 2) {
      return List.of(hop);
    }
    List<NextHop> ways = new ArrayList<>(count);
    int first = random.nextInt(0, count);
    for (int i = 0; i < count; i++) {
      NextHopHost host = hop.getSmartHosts((first + i) % count);
      ways.add(hop.toBuilder().clearSmartHosts().addSmartHosts(host).build());
    }
    return ways;
  }

  /**
   * Where it may go.
   *
   * @param hop one of {@link #ways}
   */
  public Resolution resolve(NextHop hop) {
    if (hop.getSmartHostsCount() > 0) {
      return smartHost(hop);
    }
    if (hop.getMxDomain().isEmpty()) {
      return unroutable(true, Reasons.NO_ROUTE, "5.4.4", "the delivery names no next hop");
    }
    InetAddress literal = domainLiteral(hop.getMxDomain());
    if (literal != null) {
      return new Resolution.Hosts(
          List.of(recipients(hop.getMxDomain(), literal, 0, hop.getMxDomain(), false)));
    }
    try {
      return mailHosts(hop.getMxDomain());
    } catch (DnsFailureException e) {
      return failed(e);
    }
  }

  private static Resolution failed(DnsFailureException e) {
    return e.bogus()
        ? unroutable(false, Reasons.DNSSEC_INVALID, "4.7.324", e.detail())
        : unroutable(false, Reasons.DNS_FAILURE, "4.4.3", e.detail());
  }

  /** A host's addresses, a literal's own. */
  public HostAddresses addresses(MailHost host) {
    return host.address() != null
        ? new HostAddresses(List.of(host.address()), null)
        : dns.addresses(host.name(), host.isNamed());
  }

  /**
   * The owner of a domain chooses the addresses of its mail hosts, and an attacker would choose a
   * host inside that trusts ours: unless it is allowed, only public ones are dialled. So may an
   * organization's administrator. A host that an operator has approved may stand anywhere
   * (docs/decisions/0087); those that its MX records name may not, since the approval is for the
   * name.
   */
  public boolean mayDial(MailHost host, InetAddress address) {
    return allowPrivate || host.approved() || PublicAddress.is(address);
  }

  /**
   * An address of the host is ours: mail for it would come back to us.
   *
   * @param addresses of a host; not asked where nothing at its port is ours
   */
  public boolean leadsBack(MailHost host, Function<MailHost, HostAddresses> addresses) {
    return ownAddresses.mayBeAt(host.port())
        && addresses.apply(host).known().stream().anyMatch(a -> ownAddresses.has(a, host.port()));
  }

  private Resolution mailHosts(String domain) throws DnsFailureException {
    MailDns.MailHosts answer = dns.mx(domain, false);
    if (!answer.nameExists()) {
      return unroutable(
          true, Reasons.NO_MAIL_HOST, "5.1.2", "the domain " + domain + " does not exist");
    }
    if (answer.records().isEmpty()) {
      // RFC 5321 §5.1: without MX the domain itself is the mail host, if it has an address.
      return implicit(domain, answer.secure());
    }
    if (isNull(answer.records())) {
      return unroutable(
          true,
          Reasons.NO_MAIL_HOST,
          "5.1.10",
          "the domain " + domain + " accepts no mail (null MX)");
    }
    List<MailHost> hosts =
        better(answer.records()).stream()
            .map(mx -> recipients(host(mx), null, mx.getPriority(), domain, answer.secure()))
            .toList();
    return hosts.isEmpty()
        ? unroutable(
            true,
            Reasons.LOOP,
            "5.4.6",
            "the MX of " + domain + " points back to this installation")
        : new Resolution.Hosts(hosts);
  }

  // RFC 7505 §3 has one null MX and no other record. With hosts, "." is no host.
  private static boolean isNull(List<MXRecord> records) {
    return records.stream().allMatch(mx -> mx.getTarget().equals(Name.root));
  }

  /** In their order (RFC 5321 §5.1), as many as are tried, and none as good as ourselves. */
  private List<MXRecord> better(List<MXRecord> answer) {
    List<MXRecord> records = new ArrayList<>(answer);
    records.removeIf(mx -> mx.getTarget().equals(Name.root));
    // Equal preference in random order.
    Collections.shuffle(records, random);
    records.sort((a, b) -> Integer.compare(a.getPriority(), b.getPriority()));
    // A relay that finds itself leaves out its own preference and all that are worse.
    int own =
        records.stream()
            .filter(mx -> host(mx).equals(ownName))
            .mapToInt(MXRecord::getPriority)
            .min()
            .orElse(Integer.MAX_VALUE);
    return records.stream().filter(mx -> mx.getPriority() < own).limit(maxHosts).toList();
  }

  private Resolution implicit(String domain, boolean proven) throws DnsFailureException {
    HostAddresses addresses = dns.addresses(domain, false);
    if (addresses.known().isEmpty()) {
      if (addresses.failure() != null) {
        throw addresses.failure();
      }
      return unroutable(
          true,
          Reasons.NO_MAIL_HOST,
          "5.1.2",
          "the domain " + domain + " has neither mail host nor address");
    }
    return new Resolution.Hosts(List.of(recipients(domain, null, 0, domain, proven)));
  }

  private MailHost recipients(
      String name, @Nullable InetAddress address, int preference, String domain, boolean proven) {
    return MailHost.found(
        name, mxPort, address, preference, Choice.RECIPIENTS_DOMAIN, domain, proven);
  }

  /**
   * Exchange's order for a name: its MX records with their priorities, and only without any its
   * address. Neither for a mailbox host, nor for another port than that of mail hosts, of which MX
   * records say nothing (RFC 5321 §5), nor for a name in the machine's hosts file.
   */
  private Resolution smartHost(NextHop hop) {
    NextHopHost written = hop.getSmartHosts(0);
    boolean lmtp = hop.getProtocol() == HopProtocol.LMTP;
    int port = written.getPort() == 0 ? (lmtp ? LMTP_PORT : SMTP_PORT) : written.getPort();
    String name = written.getHost().toLowerCase(Locale.ROOT);
    InetAddress literal = literal(name);
    if (written.getUnapproved() && !MailPorts.is(port)) {
      return unroutable(
          false,
          Reasons.NEXT_HOP_NOT_APPROVED,
          "4.7.1",
          "port " + port + " of the next hop " + name + " is not a port of mail: " + CURE);
    }
    MailHost itself = MailHost.configured(name, port, literal, 0, !written.getUnapproved());
    if (lmtp
        || literal != null
        || RouteNames.isMailbox(hop.getRoute())
        || written.getPort() != 0 && port != mxPort
        || dns.isInHostsFile(name)) {
      return new Resolution.Hosts(List.of(itself));
    }
    try {
      MailDns.MailHosts answer = dns.mx(name, true);
      return answer.records().isEmpty()
          ? new Resolution.Hosts(List.of(itself))
          : mailHostsOf(itself, answer);
    } catch (DnsFailureException e) {
      return failed(e); // its address may be one that its MX records took out of use
    }
  }

  /** Never permanent: an administrator can name another smart host. */
  private Resolution mailHostsOf(MailHost smartHost, MailDns.MailHosts answer) {
    if (isNull(answer.records())) {
      return unroutable(
          false,
          Reasons.DNS_FAILURE,
          "4.4.3",
          "the smart host " + smartHost.name() + " accepts no mail (null MX)");
    }
    List<MailHost> hosts =
        better(answer.records()).stream()
            .map(mx -> mailHostOf(smartHost, mx, answer.secure()))
            .toList();
    return hosts.isEmpty()
        ? unroutable(
            false,
            Reasons.LOOP,
            "4.4.6",
            "the MX of the smart host " + smartHost.name() + " points back to this installation")
        : new Resolution.Hosts(hosts);
  }

  private static MailHost mailHostOf(MailHost smartHost, MXRecord mx, boolean proven) {
    String name = host(mx);
    return name.equals(smartHost.name())
        ? MailHost.configured(name, smartHost.port(), null, mx.getPriority(), smartHost.approved())
        : MailHost.found(
            name,
            smartHost.port(),
            null,
            mx.getPriority(),
            Choice.SMART_HOST_MX,
            smartHost.name(),
            proven);
  }

  private static @Nullable InetAddress domainLiteral(String domain) {
    if (!domain.startsWith("[") || !domain.endsWith("]")) {
      return null;
    }
    String inside = domain.substring(1, domain.length() - 1);
    boolean six = inside.regionMatches(true, 0, "IPv6:", 0, 5); // RFC 5321 §4.1.3
    return literal(six ? inside.substring(5) : inside);
  }

  // Never asks the DNS.
  private static @Nullable InetAddress literal(String text) {
    try {
      if (Address.toByteArray(text, Address.IPv4) != null) {
        return Address.getByAddress(text, Address.IPv4);
      }
      return Address.toByteArray(text, Address.IPv6) == null
          ? null
          : Address.getByAddress(text, Address.IPv6);
    } catch (UnknownHostException e) {
      return null;
    }
  }

  private static String host(MXRecord mx) {
    return mx.getTarget().toString(true).toLowerCase(Locale.ROOT);
  }

  private static Resolution unroutable(
      boolean permanent, String reason, String enhanced, String detail) {
    return new Resolution.Unroutable(permanent, reason, enhanced, detail);
  }
}
