package io.postern.certificate.rehearsal;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.anchors.AnchorStore;
import io.postern.certificate.anchors.DefaultAnchors;
import io.postern.certificate.dns.OwnDns;
import io.postern.certificate.dns.OwnDnsException;
import io.postern.certificate.judging.ChainJudge;
import io.postern.certificate.log.DirectoryInForce;
import io.postern.certificate.published.OwnTlsReader;
import io.postern.certificate.published.PublishedCertificate;
import io.postern.certificate.rehearsal.Rehearsal.Outcome;
import io.postern.certificate.traffic.TrafficRecords;
import io.postern.log.directory.DirectoryReader;
import io.postern.rules.CertificateUses;
import io.postern.rules.Directory;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * The rehearsal of a change of certificate: of one of our own against the partners and hosts that
 * have seen it and the TLSA records of our MX hosts, of a server outside against the connectors and
 * mailbox routes that depend on it. Any thread; blocks for revocation, at most the judge's patience
 * for each question, and once for the DNS.
 */
@ApplicationScoped
public class Rehearsals {
  private static final Duration SEEN_WITHIN = Duration.ofDays(90);

  private final OwnTlsReader own;
  private final TrafficRecords seen;
  private final DirectoryReader<DirectoryInForce> directory;
  private final DefaultAnchors defaults;
  private final AnchorStore anchors;
  private final ChainJudge judge;
  private final OwnDns dns;
  private final InstantSource clock;

  Rehearsals(
      OwnTlsReader own,
      TrafficRecords seen,
      DirectoryReader<DirectoryInForce> directory,
      DefaultAnchors defaults,
      AnchorStore anchors,
      ChainJudge judge,
      OwnDns dns,
      InstantSource clock) {
    this.own = own;
    this.seen = seen;
    this.directory = directory;
    this.defaults = defaults;
    this.anchors = anchors;
    this.judge = judge;
    this.dns = dns;
    this.clock = clock;
  }

  /**
   * @param replacement leaf first
   * @param replaces see {@link ReplacedCertificate#find}
   * @throws RehearsalException when there is no certificate to replace, or the log is away
   */
  public Rehearsal rehearse(List<ParsedCertificate> replacement, String replaces)
      throws RehearsalException, InterruptedException {
    Instant now = clock.instant();
    Directory rules =
        directory
            .current()
            .map(DirectoryInForce::rules)
            .orElseThrow(
                () -> RehearsalException.later("the directory has not been read: try again"));
    List<PublishedCertificate> ours =
        own.history().certificates(now).orElseThrow(Rehearsals::notRead);
    if (!seen.isRead()) {
      throw notRead();
    }
    ReplacedCertificate replaced =
        ReplacedCertificate.find(
            replacement.getFirst(), replaces, ours, seen.chains(now, SEEN_WITHIN));
    Change change = Change.of(replaced.chain(), replacement, defaults.current());
    List<ParsedCertificate> servers =
        ours.stream()
            .filter(
                published ->
                    isServer(published) && published.state() != PublishedCertificate.State.COMING)
            .map(published -> published.chain().getFirst())
            .toList();
    List<Outcome> outcomes = new ArrayList<>();
    for (PublishedCertificate published : replaced.ours()) {
      outcomes.addAll(
          isServer(published)
              ? PartnerOutcomes.of(change, servers, seen.handshakes(now, SEEN_WITHIN))
              : HostOutcomes.of(
                  change,
                  ours.stream().map(own -> own.chain().getFirst()).toList(),
                  CertificateUses.presenting(rules, published.connectorName()),
                  seen.hosts(now, SEEN_WITHIN)));
    }
    if (replaced.ours().stream().anyMatch(Rehearsals::isServer)) {
      outcomes.addAll(tlsa(change));
    }
    outcomes.addAll(
        new ConnectorOutcomes(anchors, judge, clock)
            .of(change, replaced.role(), CertificateUses.of(rules)));
    return Rehearsal.of(change, outcomes);
  }

  private List<Outcome> tlsa(Change change) throws RehearsalException, InterruptedException {
    try {
      return TlsaOutcomes.of(dns.change(change.before(), change.after()), clock.instant());
    } catch (OwnDnsException e) {
      throw notRead();
    }
  }

  private static boolean isServer(PublishedCertificate published) {
    return published.use().equals("server");
  }

  private static RehearsalException notRead() {
    return RehearsalException.later("the traffic records have not been read yet: try again");
  }
}
