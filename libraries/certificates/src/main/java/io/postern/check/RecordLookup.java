package io.postern.check;

import io.postern.certificate.Printable;
import io.postern.check.report.PublishedRecords;
import io.postern.check.report.PublishedRecords.Dane;
import io.postern.dns.DnsAnswer;
import io.postern.dns.DnsFailureException;
import io.postern.dns.MailResolver;
import io.postern.dns.dane.DaneLookup;
import io.postern.dns.dane.DaneMatch;
import io.postern.dns.dane.Tlsa;
import io.postern.dns.dane.TlsaSet;
import io.postern.dns.mtasts.StsRecord;
import io.postern.names.DomainNames;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.xbill.DNS.Name;
import org.xbill.DNS.TLSARecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * The records of a mail server, by the rules of mail. Any thread; blocks for the resolver's
 * patience twice where the DNS is silent. Of strangers' records it shows {@value #MOST}.
 */
record RecordLookup(MailResolver dns) {
  private static final int MOST = 10;
  private static final int MAX_TEXT = 500;

  /** Whether a host has a name that the DNS knows: no address, and no name of this machine. */
  static boolean isAskedFor(String host) {
    String name = DomainNames.normal(host);
    return DomainNames.isDomain(name)
        && DomainNames.hasDot(name)
        && !name.substring(name.lastIndexOf('.') + 1).chars().allMatch(Character::isDigit);
  }

  /**
   * @param chain DER, as the server showed it
   */
  PublishedRecords of(String host, int port, List<byte[]> chain, Instant at) {
    String name = DomainNames.normal(host);
    String stsDomain = "";
    String stsId = "";
    String stsFailure = "";
    try {
      for (String domain : List.of(name, DomainNames.parent(name))) {
        Optional<StsRecord> record =
            DomainNames.hasDot(domain) ? StsRecord.of(domain, dns) : Optional.empty();
        if (record.isPresent()) {
          stsDomain = domain;
          stsId = record.get().id();
          break;
        }
      }
    } catch (DnsFailureException e) {
      stsFailure = cut(e.detail());
    }
    Found found = tlsa(name, port, chain, at);
    return new PublishedRecords(
        found.dane(),
        found.base(),
        found.tlsa().stream().limit(MOST).map(Tlsa::toString).map(RecordLookup::cut).toList(),
        cut(found.matched()),
        cut(found.detail()),
        stsDomain,
        stsId,
        stsFailure);
  }

  private record Found(Dane dane, String base, List<Tlsa> tlsa, String matched, String detail) {}

  private Found tlsa(String host, int port, List<byte[]> chain, Instant at) {
    try {
      TlsaSet set = new DaneLookup(dns).of(host, port, null);
      if (set == null) {
        List<Tlsa> unproven = unproven(host, port);
        return new Found(unproven.isEmpty() ? Dane.NONE : Dane.NOT_PROVEN, host, unproven, "", "");
      }
      if (set.usable().isEmpty()) {
        return new Found(Dane.UNUSABLE, set.base(), set.records(), "", "");
      }
      DaneMatch.Result result = DaneMatch.of(chain, set, at);
      DaneMatch.Match match = result.match();
      return match == null
          ? new Found(Dane.MISMATCH, set.base(), set.records(), "", result.detail())
          : new Found(Dane.MATCHED, set.base(), set.records(), match.record().toString(), "");
    } catch (DnsFailureException e) {
      boolean bogus = e.bogus() && serversPassSignatures();
      return new Found(bogus ? Dane.BOGUS : Dane.UNKNOWN, host, List.of(), "", e.detail());
    }
  }

  // Else each signed zone would seem to be forged.
  private boolean serversPassSignatures() {
    try {
      return dns.ask(Name.root, Type.SOA).secure();
    } catch (DnsFailureException e) {
      return false;
    }
  }

  private List<Tlsa> unproven(String host, int port) throws DnsFailureException {
    try {
      DnsAnswer answer =
          dns.ask(Name.fromString("_" + port + "._tcp." + host, Name.root), Type.TLSA);
      return answer.as(TLSARecord.class).stream().map(Tlsa::of).toList();
    } catch (TextParseException e) {
      return List.of(); // so long a name has no record
    }
  }

  private static String cut(String text) {
    return Printable.cut(text, MAX_TEXT);
  }
}
