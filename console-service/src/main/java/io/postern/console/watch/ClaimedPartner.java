package io.postern.console.watch;

import io.postern.console.search.Conditions;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.SessionFacts;
import io.postern.names.CertificateNames;
import io.postern.names.DomainNames;
import io.postern.rules.address.DomainPattern;
import io.postern.rules.address.IpAddress;
import io.postern.rules.address.IpRange;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The partner that a session is to be compared with: a session claims to be it by the domain of
 * MAIL FROM, by a name of its certificate, or by its address. Immutable; any thread.
 *
 * @param senderDomains of a connector for own servers: none
 */
record ClaimedPartner(
    List<DomainPattern> senderDomains, List<String> certificateNames, List<IpRange> addresses) {
  static ClaimedPartner of(InboundConnector connector) {
    return of(
        connector.getSenderDomainsList().stream().filter(d -> !d.equals("*")).toList(),
        connector.getTlsSenderCertificateName().isEmpty()
            ? List.of()
            : List.of(connector.getTlsSenderCertificateName()),
        connector.getSenderIpAddressesList());
  }

  /**
   * @throws IllegalArgumentException one of them is none; the message names it
   */
  static ClaimedPartner of(List<String> domains, List<String> names, List<String> addresses) {
    return new ClaimedPartner(
        domains.stream().map(DomainPattern::parse).toList(),
        List.copyOf(names),
        addresses.stream().map(IpRange::parse).toList());
  }

  /** It says nothing by which a session could be known. */
  boolean isEmpty() {
    return senderDomains.isEmpty() && certificateNames.isEmpty() && addresses.isEmpty();
  }

  /**
   * By which parameters of a connector a session claims to be the partner; none: it does not.
   *
   * @param names of its certificate
   * @param senderDomain A-label; null: none, or the null reverse-path
   */
  List<String> claims(SessionFacts session, List<String> names, @Nullable String senderDomain) {
    List<String> claims = new ArrayList<>();
    if (senderDomain != null && senderDomains.stream().anyMatch(d -> d.matches(senderDomain))) {
      claims.add("senderDomains");
    }
    if (certificateNames.stream().anyMatch(name -> CertificateNames.fits(name, names))) {
      claims.add("tlsSenderCertificateName");
    }
    IpAddress client = IpAddress.parse(session.getClientIp());
    if (client != null && addresses.stream().anyMatch(range -> range.contains(client))) {
      claims.add("senderIPAddresses");
    }
    return claims;
  }

  /**
   * What a row of the table message has at least whose session claims to be the partner. Names of
   * its certificate are a column, or in the record where an earlier fold wrote it; one that fits
   * ends with the wanted name's parent.
   */
  Conditions accepted() {
    String[] domains =
        certificateNames.stream()
            .map(name -> DomainNames.parent(DomainNames.normal(name)))
            .toArray(String[]::new);
    return rows(
        "EXISTS (SELECT FROM unnest(?) AS d WHERE position(d IN peer_names) > 0"
            + " OR life IS NULL AND position(convert_to(d, 'UTF8') IN record) > 0)",
        List.<String[]>of(domains),
        List.of());
  }

  /**
   * The same of the table refusal. One without a recipient may be a count, whose variants have
   * senders.
   */
  Conditions refused() {
    return rows("tls <> 'none'", List.of(), List.of("recipient = ''"));
  }

  private Conditions rows(String byName, List<String[]> nameValues, List<String> others) {
    List<String> any = new ArrayList<>(others);
    List<Object> values = new ArrayList<>();
    if (!certificateNames.isEmpty()) {
      any.add(byName);
      values.addAll(nameValues);
    }
    if (!senderDomains.isEmpty()) {
      any.add("from_domain = ANY(?)");
      any.add("from_domain LIKE ANY(?)");
      // One that was written in Unicode is compared as A-labels, by claims.
      any.add("octet_length(from_domain) > length(from_domain)");
      values.add(senderDomains.stream().map(DomainPattern::domain).toArray(String[]::new));
      values.add(
          senderDomains.stream()
              .filter(each -> each.kind() != DomainPattern.Kind.EXACT)
              .map(each -> "%" + each.domain())
              .toArray(String[]::new));
    }
    if (!addresses.isEmpty()) {
      any.add("client_ip <<= ANY(?::inet[])");
      values.add(addresses.stream().map(ClaimedPartner::inet).toArray(String[]::new));
    }
    return new Conditions().and("(" + String.join(" OR ", any) + ")", values.toArray());
  }

  /** As PostgreSQL reads it: an IPv4-mapped address is IPv4. */
  private static String inet(IpRange range) {
    String address = range.text().replaceFirst("/.*", "");
    return InetAddress.ofLiteral(address).getHostAddress() + "/" + range.prefixLength();
  }
}
