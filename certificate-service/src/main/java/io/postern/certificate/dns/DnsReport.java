package io.postern.certificate.dns;

import java.time.Instant;
import java.util.List;

/**
 * A domain or MX host of ours in the DNS.
 *
 * @param ok no row is a finding, and no coming certificate is planned too early
 * @param name that was asked for
 * @param hosts our MX hosts among the domain's
 * @param dnssec off, validate or trust-ad: whether this service can know proofs
 * @param rows in the order in which they are to be made right
 * @param coming the certificates that ingress announces
 */
public record DnsReport(
    boolean ok,
    String name,
    Instant at,
    String dnssec,
    List<String> hosts,
    List<DnsRow> rows,
    List<ComingCertificate> coming) {

  static DnsReport of(
      String name,
      Instant at,
      String dnssec,
      List<String> hosts,
      List<DnsRow> rows,
      List<ComingCertificate> coming) {
    boolean ok =
        rows.stream().noneMatch(row -> row.state().isFinding())
            && coming.stream().noneMatch(ComingCertificate::tooEarly);
    return new DnsReport(
        ok, name, at, dnssec, List.copyOf(hosts), List.copyOf(rows), List.copyOf(coming));
  }
}
