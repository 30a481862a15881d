package io.postern.check;

import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.Printable;
import io.postern.certificate.anchors.AnchorQuery;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.check.report.CertificateIdentity;
import io.postern.check.report.RootReport;
import java.util.Comparator;
import java.util.List;

/** The search for a root among the anchors in use here (S10). Stateless, any thread. */
public final class RootSearch {
  private static final int MAX_QUERY = 200;

  private RootSearch() {}

  /**
   * The kind of query by its form: a fingerprint (40 or 64 hexadecimal digits), else a part of the
   * subject.
   *
   * @throws IllegalArgumentException with the cure
   */
  public static RootReport find(String query, TrustAnchors anchors) {
    boolean fingerprint = query.replaceAll("[: ]", "").matches("(?i)[0-9a-f]{40}|[0-9a-f]{64}");
    return find(
        query, fingerprint ? AnchorQuery.fingerprint(query) : AnchorQuery.name(query), anchors);
  }

  /**
   * @param shown as it was asked for
   */
  public static RootReport find(String shown, AnchorQuery query, TrustAnchors anchors) {
    List<CertificateIdentity> found =
        anchors.certificates().stream()
            .sorted(Comparator.comparing(ParsedCertificate::shown))
            .map(CertificateIdentity::of)
            .filter(facts -> query.means(facts.subject(), facts.sha256(), facts.sha1()))
            .limit(RootReport.MOST)
            .toList();
    String asked = Printable.cut(shown.strip(), MAX_QUERY);
    return new RootReport(
        !found.isEmpty(),
        asked,
        anchors.size(),
        found,
        found.isEmpty() ? Advice.install(asked) : "");
  }
}
