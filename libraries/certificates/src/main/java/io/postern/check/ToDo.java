package io.postern.check;

import io.postern.check.report.CheckedCertificate;
import io.postern.check.report.CheckedCertificate.CheckedEndpoint;
import io.postern.check.report.CheckedRoot;
import io.postern.check.report.Connection;
import io.postern.check.report.PublishedRecords;
import io.postern.check.report.Report.Verdict;
import io.postern.contracts.Spelling;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The steps to an OK, and further notes, in sentences, each once. One thread, one use. */
final class ToDo {
  private static final Duration SOON = Duration.ofDays(30);
  private static final long SLOW_MILLIS = 2000;

  /** Reasons whose cure another sentence has. */
  private static final Set<String> CURED_ELSEWHERE =
      Set.of("untrusted-root", "incomplete-chain", "revocation-unreachable", "revocation-stale");

  private final Set<String> sentences = new LinkedHashSet<>();
  private final Set<String> notes = new LinkedHashSet<>();

  void dial(Connection connection) {
    sentences.add(Advice.cure(connection));
  }

  void missing(List<CheckedCertificate> certificates, boolean host) {
    String owner = host ? "The server must send " : "The file must have ";
    List<String> missing =
        certificates.stream().filter(c -> !c.sent()).map(c -> c.facts().subject()).toList();
    if (!missing.isEmpty()) {
      sentences.add(
          owner
              + String.join(", ", missing)
              + " after its own certificate: neither Postern nor Exchange fetches a missing one.");
    }
  }

  void root(CheckedRoot root) {
    if (!root.trusted()) {
      sentences.add(root.advice());
    }
  }

  void certificate(CheckedCertificate certificate) {
    for (CheckedEndpoint endpoint : certificate.endpoints()) {
      if (!endpoint.ok()) {
        boolean needed = !certificate.ok() && Findings.isAboutRevocation(endpoint);
        (needed ? sentences : notes).add(sentence(endpoint));
      } else if (endpoint.millis() > SLOW_MILLIS) {
        notes.add(
            "%s %s took %s ms: mail is delayed by it once, at most for postern.revocation.fetch-timeout."
                .formatted(Spelling.hyphens(endpoint.kind()), endpoint.url(), endpoint.millis()));
      }
    }
    String status = certificate.revocation().status();
    if (status.equals("nothing-published")) {
      notes.add(
          certificate.facts().subject()
              + " names neither a list nor a responder: if it is revoked, no peer can find out.");
    }
  }

  private static String sentence(CheckedEndpoint endpoint) {
    return "%s %s%s (%s): %s."
        .formatted(
            Spelling.hyphens(endpoint.kind()),
            endpoint.url(),
            endpoint.responder().isEmpty() ? "" : " of the responder " + endpoint.responder(),
            Spelling.hyphens(endpoint.status()),
            endpoint.reason());
  }

  void verdict(Verdict verdict) {
    if (!verdict.good() && (sentences.isEmpty() || !CURED_ELSEWHERE.contains(verdict.reason()))) {
      sentences.add(
          "The verdict is %s (%s): %s."
              .formatted(verdict.result(), verdict.reason(), verdict.detail()));
    }
  }

  void leaf(CheckedCertificate leaf, Instant at, boolean stapled) {
    Instant end = leaf.facts().notAfter();
    if (end.isAfter(at) && end.isBefore(at.plus(SOON))) {
      notes.add(
          "%s expires in %s days: get the next one."
              .formatted(leaf.facts().subject(), Duration.between(at, end).toDays()));
    }
    if (stapled) {
      notes.add(
          "The server stapled an OCSP response. The lists and responders were queried anyway, "
              + "because the next handshake may have none.");
    }
  }

  void leftOut(int endpoints) {
    if (endpoints > 0) {
      notes.add(endpoints + " more URLs are named than a check queries; they were skipped.");
    }
  }

  void proxied(boolean proxied) {
    if (proxied) {
      notes.add(
          "Lists, responders and issuers were queried through the HTTP proxy, which resolves the "
              + "names; the mail server was connected directly.");
    }
  }

  void records(@Nullable PublishedRecords records) {
    if (records == null) {
      return;
    }
    switch (records.dane()) {
      case MISMATCH ->
          sentences.add(
              "The TLSA records of "
                  + records.base()
                  + " do not name this certificate ("
                  + records.detail()
                  + "): senders with DANE refuse the server. Publish a record for its key, or present"
                  + " a certificate that the records name.");
      case BOGUS ->
          sentences.add(
              "The DNS responses for "
                  + records.base()
                  + " fail DNSSEC ("
                  + records.detail()
                  + "): senders with DANE do not use the server. Fix the zone's signatures.");
      case UNUSABLE ->
          notes.add(
              "No TLSA record of "
                  + records.base()
                  + " can authenticate a mail server (RFC 7672 §3.1): senders only require TLS.");
      case NOT_PROVEN ->
          notes.add(
              "The TLSA records of "
                  + records.base()
                  + " are not secured by DNSSEC: no sender uses them.");
      case UNKNOWN -> notes.add("TLSA records are unknown: " + records.detail() + ".");
      case NONE, MATCHED -> {}
    }
    if (!records.stsFailure().isEmpty()) {
      notes.add("The MTA-STS record is unknown: " + records.stsFailure() + ".");
    }
  }

  List<String> sentences() {
    return new ArrayList<>(sentences);
  }

  List<String> notes() {
    return new ArrayList<>(notes);
  }
}
