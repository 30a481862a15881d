package io.postern.check;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.check.report.CertificateFacts;
import io.postern.check.report.Printable;
import io.postern.check.report.RootReport;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** Is this root trusted here (S10)? Stateless, any thread. */
public final class RootCheck {
  private static final int SHA1_DIGITS = 40;
  private static final int SHA256_DIGITS = 64;
  private static final int MAX_QUERY = 200;

  private RootCheck() {}

  /**
   * By what it looks like: a fingerprint (SHA-1 or SHA-256, hexadecimal, with or without colons or
   * spaces, upper or lower case), else a part of the subject.
   *
   * @throws IllegalArgumentException for nothing, with the cure
   */
  public static RootReport find(String query, TrustAnchors anchors) {
    String digits = digits(query);
    boolean fingerprint =
        digits.matches("[0-9a-f]+")
            && (digits.length() == SHA1_DIGITS || digits.length() == SHA256_DIGITS);
    return fingerprint ? byFingerprint(query, anchors) : byName(query, anchors);
  }

  /**
   * @throws IllegalArgumentException when it is no fingerprint, with the cure
   */
  public static RootReport byFingerprint(String query, TrustAnchors anchors) {
    String digits = digits(query);
    if (!digits.matches("[0-9a-f]{40}|[0-9a-f]{64}")) {
      throw new IllegalArgumentException(
          "'"
              + Printable.cut(query, MAX_QUERY)
              + "' is no fingerprint: give SHA-1 (40 digits) or SHA-256 (64 digits), hexadecimal,"
              + " with or without colons");
    }
    return report(
        query, anchors, facts -> facts.sha256().equals(digits) || facts.sha1().equals(digits));
  }

  /**
   * @throws IllegalArgumentException for nothing, with the cure
   */
  public static RootReport byName(String query, TrustAnchors anchors) {
    String part = query.strip().toLowerCase(Locale.ROOT);
    if (part.isEmpty()) {
      throw new IllegalArgumentException(
          "no name: give a part of the root's subject, or its fingerprint");
    }
    return report(query, anchors, facts -> facts.subject().toLowerCase(Locale.ROOT).contains(part));
  }

  private static RootReport report(
      String query, TrustAnchors anchors, Predicate<CertificateFacts> wanted) {
    List<CertificateFacts> found =
        anchors.all().stream()
            .sorted(Comparator.comparing(ParsedCertificate::shown))
            .map(CertificateFacts::of)
            .filter(wanted)
            .limit(RootReport.MOST)
            .toList();
    String shown = Printable.cut(query.strip(), MAX_QUERY);
    return new RootReport(
        !found.isEmpty(),
        shown,
        anchors.size(),
        found,
        found.isEmpty() ? Advice.install(shown) : "");
  }

  private static String digits(String query) {
    return query.toLowerCase(Locale.ROOT).replaceAll("[:\\s]", "");
  }
}
