package io.postern.delivery.nexthop;

import io.postern.contracts.PublicAddress;
import io.postern.contracts.Reasons;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.NextHopHost;
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
 * The routing of deliveries: to smart hosts in their order, or to the MX hosts of a domain (RFC
 * 5321 §5.1, RFC 7505). Blocks for DNS, bounded as {@link MailDns} is. Any thread.
 */
public final class NextHops {
  private static final int SMTP_PORT = 25;
  private static final int LMTP_PORT = 24; // RFC 2033 §5 leaves the port to the site; IANA lists 24

  private final MailDns dns;
  private final int mxPort;
  private final String ownName;
  private final OwnAddresses ownAddresses;
  private final int maxHosts;
  private final boolean allowPrivate;
  private final Random random;

  /**
   * @param ownName our host name: MX hosts as good as ourselves or worse are left out
   * @param ownAddresses see {@link #leadsBack}
   * @param maxHosts the most MX hosts tried
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

  /** Where it may go. */
  public Resolution resolve(NextHop hop) {
    if (hop.getSmartHostsCount() > 0) {
      int standard = hop.getProtocol() == HopProtocol.LMTP ? LMTP_PORT : SMTP_PORT;
      return new Resolution.Hosts(
          hop.getSmartHostsList().stream().map(host -> smartHost(host, standard)).toList());
    }
    if (hop.getMxDomain().isEmpty()) {
      return unroutable(true, Reasons.NO_ROUTE, "5.4.4", "the delivery names no next hop");
    }
    InetAddress literal = domainLiteral(hop.getMxDomain());
    if (literal != null) {
      return new Resolution.Hosts(
          List.of(new MailHost(hop.getMxDomain(), mxPort, literal, 0, false, false)));
    }
    try {
      return mailHosts(hop.getMxDomain());
    } catch (DnsFailureException e) {
      return e.bogus()
          ? unroutable(false, Reasons.DNSSEC_INVALID, "4.7.324", e.detail())
          : unroutable(false, Reasons.DNS_FAILURE, "4.4.3", e.detail());
    }
  }

  /** A host's addresses, a literal's own. */
  public HostAddresses addresses(MailHost host) {
    return host.address() != null
        ? new HostAddresses(List.of(host.address()), null)
        : dns.addresses(host.name());
  }

  /**
   * The owner of a domain chooses the addresses of its mail hosts, and an attacker would choose a
   * host inside that trusts ours: unless it is allowed, only public ones are dialled. A host that
   * an administrator has configured may stand anywhere.
   */
  public boolean mayDial(MailHost host, InetAddress address) {
    return allowPrivate || host.configured() || PublicAddress.is(address);
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
    MailDns.MailHosts answer = dns.mx(domain);
    if (!answer.nameExists()) {
      return unroutable(
          true, Reasons.NO_MAIL_HOST, "5.1.2", "the domain " + domain + " does not exist");
    }
    List<MXRecord> records = new ArrayList<>(answer.records());
    if (records.isEmpty()) {
      // RFC 5321 §5.1: without MX the domain itself is the mail host, if it has an address.
      return implicit(domain, answer.secure());
    }
    // RFC 7505 §3: a null MX stands alone; beside others "." is no host.
    if (records.size() == 1 && records.getFirst().getTarget().equals(Name.root)) {
      return unroutable(
          true,
          Reasons.NO_MAIL_HOST,
          "5.1.10",
          "the domain " + domain + " accepts no mail (null MX)");
    }
    records.removeIf(mx -> mx.getTarget().equals(Name.root));
    // RFC 5321 §5.1: equal preference in random order.
    Collections.shuffle(records, random);
    records.sort((a, b) -> Integer.compare(a.getPriority(), b.getPriority()));
    List<MailHost> hosts = new ArrayList<>();
    int own =
        records.stream()
            .filter(mx -> host(mx).equals(ownName))
            .mapToInt(MXRecord::getPriority)
            .min()
            .orElse(Integer.MAX_VALUE);
    for (MXRecord mx : records) {
      // RFC 5321 §5.1: a relay that finds itself leaves out its own preference and all that are
      // worse.
      if (mx.getPriority() < own && hosts.size() < maxHosts) {
        hosts.add(new MailHost(host(mx), mxPort, null, mx.getPriority(), false, answer.secure()));
      }
    }
    return hosts.isEmpty()
        ? unroutable(
            true,
            Reasons.LOOP,
            "5.4.6",
            "the MX of " + domain + " points back to this installation")
        : new Resolution.Hosts(List.copyOf(hosts));
  }

  private Resolution implicit(String domain, boolean proven) throws DnsFailureException {
    HostAddresses addresses = dns.addresses(domain);
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
    return new Resolution.Hosts(List.of(new MailHost(domain, mxPort, null, 0, false, proven)));
  }

  private static MailHost smartHost(NextHopHost host, int standard) {
    int port = host.getPort() == 0 ? standard : host.getPort();
    return new MailHost(
        host.getHost().toLowerCase(Locale.ROOT), port, literal(host.getHost()), 0, true, true);
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
