package io.postern.console.reports;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The reports that there are, as Exchange's administrators know them (docs/guides/reports.md). A
 * query has the tables message m and recipient r, mail_in i, mail_out o, mail_sender s (e: by the
 * owners of the domains), refusal f or {@link ReportedMail} x; the days and the reader's
 * organizations are conditions that every query gets.
 */
enum ReportKind {
  /** Mail in by day, connector and TLS version of the session. */
  INBOUND(
      Table.MAIL_IN,
      List.of("day", "organization", "connector", "direction", "tls", "messages", "recipients"),
      "i.connector, i.direction, i.tls",
      "sum(i.messages)::bigint, sum(i.recipients)::bigint",
      "i.recipients > 0"),
  /** Mail out by day, connector, TLS of the last attempt and its version. */
  OUTBOUND(
      Table.MAIL_OUT,
      List.of("day", "organization", "connector", "tls", "version", "state", "recipients"),
      "o.connector, o.token, o.tls, o.state",
      "sum(o.recipients)::bigint",
      "o.token <> '' AND o.recipients > 0"),
  /** Mail that a TLS requirement keeps or kept back: Exchange's "messages blocked". */
  BLOCKED(
      Table.RECIPIENT,
      List.of("day", "organization", "domain", "tls", "reason", "recipients", "sample"),
      "r.domain, r.token, r.reason",
      "count(*), min(r.queue_id)",
      "r.token LIKE '%/%' AND r.token NOT LIKE 'opportunistic/%' AND r.state <> 'delivered'"),
  /** Domains that got mail in plaintext, to work down. */
  PLAINTEXT_DOMAINS(
      Table.RECIPIENT,
      List.of("day", "organization", "domain", "tls", "recipients", "sample"),
      "r.domain, r.token",
      "count(*), min(r.queue_id)",
      "r.token LIKE '%:none(%' AND r.state = 'delivered'"),
  /** Mail that did not arrive, by reason. */
  FAILURES(
      Table.RECIPIENT,
      List.of("day", "organization", "state", "reason", "domain", "recipients", "sample"),
      "r.state, r.reason, r.domain",
      "count(*), min(r.queue_id)",
      "r.state IN ('failed', 'expired', 'cancelled')"),
  /** Mail of own servers whose sender is at no accepted domain of the organization. */
  FOREIGN_SENDERS(
      Table.MAIL_SENDER,
      List.of("day", "organization", "connector", "senderDomain", "messages", "sample"),
      "s.connector, s.domain",
      "sum(s.messages)::bigint, min(s.sample)",
      "true"), // and SenderPairs.leaveOutOwn
  /** For the owner of a domain: mail with its senders by other organizations' servers. */
  OWN_DOMAINS_ELSEWHERE(
      Table.MAIL_OF_OTHERS,
      List.of("day", "organization", "senderDomain", "sentBy", "messages"),
      "e.domain, e.sent_by",
      "sum(e.messages)::bigint",
      "true"),
  /** Refusals by day, sender's domain, connector and rule. */
  REFUSED(
      Table.REFUSAL,
      List.of("day", "organization", "senderDomain", "connector", "rule", "refusals", "sample"),
      "f.from_domain, f.connector, f.rule",
      "sum(f.count)::bigint, max(f.reference)",
      "true"),
  /** Mail by what connectors in report-only mode would have done with it. */
  REPORT_ONLY(
      Table.REPORTED,
      List.of(
          "day",
          "organization",
          "connector",
          "mail",
          "result",
          "rule",
          "code",
          "recipients",
          "sample",
          "search"),
      ReportedMail.FACTS,
      "sum(x.recipients)::bigint, max(x.sample)",
      "true");

  enum Table {
    RECIPIENT(
        "r",
        " FROM recipient r JOIN message m ON m.day = r.day AND m.queue_id = r.queue_id",
        "count(*)"),
    MAIL_IN("i", " FROM mail_in i", "sum(i.recipients)"),
    MAIL_OUT("o", " FROM mail_out o", "sum(o.recipients)"),
    MAIL_SENDER("s", " FROM mail_sender s", "sum(s.messages)"),
    MAIL_OF_OTHERS(
        "e",
        " FROM (SELECT s.day, w.owner AS organization, s.domain, w.sent_by, s.messages FROM"
            + " mail_sender s JOIN unnest(?, ?, ?, ?) AS w (sender, domain, owner, sent_by) ON"
            + " w.sender = s.organization AND w.domain = s.domain) e",
        "sum(e.messages)"),
    REFUSAL("f", " FROM refusal f", "sum(f.count)"),
    REPORTED("x", ReportedMail.FROM, "sum(x.recipients)");

    final String name;
    final String from;

    /** By which the rows of a day are ordered, the largest first. */
    final String size;

    Table(String name, String from, String size) {
      this.name = name;
      this.from = from;
      this.size = size;
    }
  }

  final Table table;
  final List<String> columns;
  final String facts;
  final String counts;
  final String condition;

  ReportKind(Table table, List<String> columns, String facts, String counts, String condition) {
    this.table = table;
    this.columns = columns;
    this.facts = facts;
    this.counts = counts;
    this.condition = condition;
  }

  /** Whether its last column is the search that finds a row's mail, which no query has. */
  boolean searches() {
    return table == Table.REPORTED;
  }

  /** As in the API's path: plaintext-domains. */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Optional<ReportKind> of(String word) {
    return Arrays.stream(values()).filter(kind -> kind.word().equals(word)).findFirst();
  }

  static List<String> words() {
    return Arrays.stream(values()).map(ReportKind::word).toList();
  }
}
