package io.postern.delivery.nexthop;

import io.postern.dns.DnsAnswer;
import io.postern.dns.DnsFailureException;
import io.postern.dns.MailResolver;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Iterator;
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

  private final MailResolver resolver;
  private final HostsFileParser hostsFile = new HostsFileParser();

  public MailDns(MailResolver resolver) {
    this.resolver = resolver;
  }

  MailHosts mx(String domain) throws DnsFailureException {
    Name name = name(domain);
    if (name == null) {
      return new MailHosts(false, List.of(), false);
    }
    DnsAnswer answer = resolver.ask(name, Type.MX);
    return new MailHosts(answer.nameExists(), answer.as(MXRecord.class), answer.secure());
  }

  /**
   * IPv6 and IPv4 in turn, each in the order of the answer (RFC 5321 §5.1), so that a network
   * without one of them still gets through early.
   */
  HostAddresses addresses(String host) {
    Name name = name(host);
    if (name == null) {
      return new HostAddresses(List.of(), null);
    }
    List<InetAddress> six = new ArrayList<>();
    List<InetAddress> four = new ArrayList<>();
    DnsFailureException failure = null;
    try {
      six.addAll(addresses(name, Type.AAAA));
    } catch (DnsFailureException e) {
      failure = e;
    }
    try {
      four.addAll(addresses(name, Type.A));
    } catch (DnsFailureException e) {
      failure = e;
    }
    List<InetAddress> addresses = new ArrayList<>(six.size() + four.size());
    Iterator<InetAddress> a = six.iterator();
    Iterator<InetAddress> b = four.iterator();
    while (a.hasNext() || b.hasNext()) {
      if (a.hasNext()) {
        addresses.add(a.next());
      }
      if (b.hasNext()) {
        addresses.add(b.next());
      }
    }
    return new HostAddresses(addresses, failure);
  }

  private List<InetAddress> addresses(Name name, int type) throws DnsFailureException {
    Optional<InetAddress> written = hostsFile(name, type);
    if (written.isPresent()) {
      return List.of(written.get());
    }
    DnsAnswer answer = resolver.ask(name, type);
    return type == Type.A
        ? answer.as(ARecord.class).stream().map(ARecord::getAddress).toList()
        : answer.as(AAAARecord.class).stream().map(AAAARecord::getAddress).toList();
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
