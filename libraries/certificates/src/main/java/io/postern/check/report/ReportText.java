package io.postern.check.report;

import io.postern.check.report.CheckedCertificate.CheckedEndpoint;
import io.postern.check.report.Report.FirewallEntry;
import io.postern.check.report.Report.Verdict;
import io.postern.contracts.Spelling;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reports in lines for people, each with its label. */
public final class ReportText {
  private static final int KILO = 1024;

  private final List<String> lines = new ArrayList<>();

  private ReportText() {}

  public static List<String> of(Report report) {
    ReportText text = new ReportText();
    text.report(report);
    return text.lines;
  }

  public static List<String> of(RootReport report) {
    ReportText text = new ReportText();
    text.roots(report);
    return text.lines;
  }

  private void report(Report report) {
    lines.add(report.target() + ", as a " + report.role() + ": " + ok(report.ok()));
    Connection connection = report.connection();
    if (connection != null) {
      connection(connection);
    }
    if (!report.names().isEmpty()) {
      lines.add("names       " + String.join(", ", report.names()));
    }
    int number = 1;
    for (CheckedCertificate certificate : report.certificates()) {
      certificate(number++, certificate);
    }
    if (report.endpointsLeftOut() > 0) {
      lines.add("  " + report.endpointsLeftOut() + " more URLs were skipped");
    }
    CheckedRoot root = report.root();
    if (root != null) {
      lines.add("");
      lines.add(
          "root        " + root.name() + (root.trusted() ? ", trusted here" : ", NOT TRUSTED"));
      CertificateIdentity facts = root.facts();
      if (facts != null) {
        facts("  ", facts);
      }
    }
    verdict("verdict     ", report.verdict());
    verdict("completed   ", report.verdictIfComplete());
    PublishedRecords records = report.records();
    if (records != null) {
      records(records);
    }
    firewall(report.firewall());
    numbered("to do", report.toDo());
    numbered("notes", report.notes());
  }

  private static String ok(boolean ok) {
    return ok ? "OK" : "NOT OK";
  }

  private void connection(Connection connection) {
    String way = String.join(", ", connection.addresses());
    String how =
        connection.status() == Connection.Status.OK
            ? connection.protocol()
                + " "
                + connection.cipherSuite()
                + (connection.stapled() ? ", an OCSP response stapled" : ", nothing stapled")
            : Spelling.hyphens(connection.status()) + ": " + connection.reason();
    lines.add(
        "connection  %s%s, %s ms"
            .formatted(way.isEmpty() ? "" : way + ", ", how, connection.millis()));
    if (!connection.reply().isEmpty()) {
      lines.add("its reply   " + connection.reply());
    }
  }

  private void certificate(int number, CheckedCertificate certificate) {
    lines.add("");
    String sent = certificate.sent() ? "" : " (NOT SENT, fetched)";
    lines.add(number + ". " + certificate.facts().subject() + sent);
    facts("   ", certificate.facts());
    CheckedCertificate.Revocation revocation = certificate.revocation();
    lines.add(
        "   %s: %s%s%s"
            .formatted(
                ok(certificate.ok()),
                revocation.status(),
                revocation.source().equals("none") ? "" : " by " + revocation.source(),
                revocation.detail().isEmpty() ? "" : ", " + revocation.detail()));
    certificate.endpoints().forEach(this::endpoint);
  }

  private void facts(String indent, CertificateIdentity facts) {
    lines.add(
        "%svalid %s to %s, serial %s"
            .formatted(indent, day(facts.notBefore()), day(facts.notAfter()), facts.serial()));
    lines.add(indent + "sha256 " + facts.sha256());
    lines.add(indent + "sha1   " + facts.sha1());
  }

  private static String day(Instant time) {
    return time.toString().substring(0, 10);
  }

  private void endpoint(CheckedEndpoint endpoint) {
    lines.add(
        String.format(
            Locale.ROOT,
            "   %-20s %-12s %6d ms %8s  %s",
            Spelling.hyphens(endpoint.status()),
            Spelling.hyphens(endpoint.kind()),
            endpoint.millis(),
            size(endpoint.bytes()),
            endpoint.url()
                + (endpoint.responder().isEmpty()
                    ? ""
                    : " (responder " + endpoint.responder() + ")")));
  }

  private static String size(long bytes) {
    return bytes < KILO
        ? bytes + " B"
        : bytes < KILO * KILO ? bytes / KILO + " KB" : bytes / KILO / KILO + " MB";
  }

  private void verdict(String label, @Nullable Verdict verdict) {
    if (verdict != null) {
      lines.add(
          label
              + verdict.result()
              + (verdict.reason().isEmpty() ? "" : ", " + verdict.reason())
              + (verdict.detail().isEmpty() ? "" : ": " + verdict.detail()));
    }
  }

  private void records(PublishedRecords records) {
    String how =
        switch (records.dane()) {
          case NONE -> "none";
          case NOT_PROVEN -> "not proven";
          case MATCHED -> "proven, matched by " + records.matched();
          case UNUSABLE -> "proven, none can authenticate";
          case MISMATCH -> "proven, NOT MATCHED";
          case BOGUS -> "NOT PROVEN, the signatures are wrong";
          case UNKNOWN -> "not known";
        };
    lines.add("");
    lines.add("TLSA        " + records.base() + ": " + how);
    records.tlsa().forEach(record -> lines.add("   " + record));
    lines.add(
        "MTA-STS     "
            + (records.stsDomain().isEmpty()
                ? records.stsFailure().isEmpty() ? "no record" : "not known"
                : "record at "
                    + records.stsDomain()
                    + ", id "
                    + records.stsId()
                    + "; the policy was not fetched"));
  }

  private void firewall(List<FirewallEntry> entries) {
    if (!entries.isEmpty()) {
      lines.add("");
      lines.add("firewall (TCP, outgoing)");
    }
    for (FirewallEntry entry : entries) {
      lines.add(
          String.format(
              Locale.ROOT,
              "   %-11s %-45s %s%s",
              entry.reached() ? "reached" : "NOT REACHED",
              entry.host() + " port " + entry.port(),
              String.join(", ", entry.what()),
              entry.by().equals("here") ? "" : ", through the proxy"));
    }
  }

  private void numbered(String title, List<String> sentences) {
    if (!sentences.isEmpty()) {
      lines.add("");
      lines.add(title);
    }
    for (int i = 0; i < sentences.size(); i++) {
      lines.add(String.format(Locale.ROOT, "%3d. %s", i + 1, sentences.get(i)));
    }
  }

  private void roots(RootReport report) {
    String trust = report.ok() ? "trusted here" : "NOT TRUSTED";
    lines.add("\"%s\": %s, among %s anchors".formatted(report.query(), trust, report.anchors()));
    for (CertificateIdentity facts : report.found()) {
      lines.add("");
      lines.add(facts.subject());
      facts("  ", facts);
    }
    if (!report.advice().isEmpty()) {
      numbered("to do", List.of(report.advice()));
    }
  }
}
