package io.postern.policy.partner;

import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.SessionFacts;
import io.postern.names.CertificateNames;
import io.postern.rules.address.DomainPattern;
import io.postern.rules.address.IpAddress;
import io.postern.rules.address.IpRange;
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
}
