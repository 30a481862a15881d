package io.postern.policy.tlsrpt;

import io.postern.dns.tlsrpt.TlsReport;
import io.postern.dns.tlsrpt.TlsReport.DateRange;
import io.postern.dns.tlsrpt.TlsReports;
import io.postern.smtp.Address;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A report about one domain's day, with its addresses. The same sums give the same report.
 *
 * @param id unique together with the organization's name (RFC 8460 §4.4)
 * @param gzip the report as it travels (RFC 8460 §5.3)
 * @param mailTo addresses without {@code mailto:}
 * @param postTo {@code https:} addresses
 */
record DayReport(
    DomainDay subject, String id, byte[] gzip, List<String> mailTo, List<String> postTo) {
  private static final String MAILTO = "mailto:";

  // A stranger names the addresses: each costs a mail, or a connection, a day.
  private static final int MOST_ADDRESSES = 5;

  static DayReport of(DomainDay subject, SessionTally tally, Submitter submitter) {
    String id = subject.date() + "." + subject.domain() + "@" + submitter.domain();
    TlsReport report =
        new TlsReport(
            submitter.organizationName(),
            new DateRange(
                Instant.ofEpochMilli(subject.startMillis()).toString(),
                Instant.ofEpochMilli(subject.endMillis()).minus(Duration.ofSeconds(1)).toString()),
            submitter.contactInfo(),
            id,
            tally.results());
    List<String> mailTo = new ArrayList<>();
    List<String> postTo = new ArrayList<>();
    for (String address : tally.reportTo().stream().distinct().limit(MOST_ADDRESSES).toList()) {
      if (address.startsWith("https:")) {
        postTo.add(address);
      } else {
        String mail = mailAddress(address);
        if (mail != null && submitter.signature().isPresent()) {
          mailTo.add(mail);
        }
      }
    }
    return new DayReport(subject, id, TlsReports.gzip(report), mailTo, postTo);
  }

  /** Null: there is none in it to which mail can go. RFC 6068 §2. */
  private static @Nullable String mailAddress(String uri) {
    try {
      String to = new URI(uri).getRawSchemeSpecificPart();
      if (!uri.startsWith(MAILTO)) {
        return null;
      }
      int fields = to.indexOf('?');
      String encoded = (fields < 0 ? to : to.substring(0, fields)).replace("+", "%2B");
      String address = URLDecoder.decode(encoded, StandardCharsets.UTF_8);
      return Address.parse(address).isAscii() ? address : null;
    } catch (URISyntaxException | IllegalArgumentException e) {
      return null;
    }
  }
}
