package io.postern.console.reports;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.api.Times;
import io.postern.console.LogRecords;
import io.postern.console.Postgres;
import io.postern.console.fold.Fold;
import io.postern.console.search.Filter;
import io.postern.console.search.MessageSearch;
import io.postern.console.search.RefusalSearch;
import io.postern.console.sight.Sight;
import io.postern.console.store.WriterConnection;
import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.ReportedDecision;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The report of connectors in report-only mode: its counts, its readers, and the way to its mail.
 */
class ReportedMailTest {
  private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");
  private static final LocalDate DAY = LocalDate.parse("2026-11-28");
  private static final QueueId MISSED = QueueId.of(0, NOON.toEpochMilli() + 3, 3);
  private static String url = "";

  @BeforeAll
  static void fold() throws Exception {
    url = Postgres.migrated();
    try (Connection connection = WriterConnection.open(url, Postgres.user(), Postgres.password())) {
      Fold fold = new Fold(connection, 90, 100, InstantSource.fixed(NOON));
      fold.begin();
      accepted(fold, 1, group("contoso", refused("contoso", "requireTls", 550)));
      accepted(fold, 2, group("contoso", refused("contoso", "restrictDomainsToCertificate", 0)));
      accepted(fold, 3, group("contoso", null));
      accepted(
          fold,
          4,
          group("contoso", null)
              .setDirection(Direction.ORIGINATING)
              .setIncoming(group("fabrikam", accepted("fabrikam", "From Contoso"))));
      outcome(fold, 1, MISSED, 1, "domain-validation/not-asked");
      outcome(fold, 2, MISSED, 2, "domain-validation/name-mismatch");
      refusal(fold, 1, "", accepted("contoso", "New server"));
      refusal(fold, 2, "contoso", refused("contoso", "requireTls", 550));
      refusal(fold, 3, "fabrikam", null);
      // Fabrikam's refusal is an operator's to see, and not Contoso's (G8).
      refusal(fold, 4, "fabrikam", accepted("contoso", "Own server"));
      fold.commit();
    }
  }

  private static ReportedDecision.Builder accepted(String organization, String connector) {
    return ReportedDecision.newBuilder()
        .setOrganization(organization)
        .setConnector(connector)
        .setAccepted(true);
  }

  private static ReportedDecision.Builder refused(String organization, String rule, int code) {
    return ReportedDecision.newBuilder()
        .setOrganization(organization)
        .setConnector("From Northwind & Co")
        .setRule(rule)
        .setCode(code);
  }

  private static RecipientGroup.Builder group(
      String organization, ReportedDecision.@Nullable Builder reported) {
    RecipientGroup.Builder group =
        RecipientGroup.newBuilder().setOrganization(organization).setDirection(Direction.INCOMING);
    return reported == null ? group : group.setReported(reported);
  }

  private static void accepted(Fold fold, int number, RecipientGroup.Builder group)
      throws SQLException {
    QueueId id = QueueId.of(0, NOON.toEpochMilli() + number, number);
    fold.read(
        LogRecords.of(
            Topics.MAIL_ACCEPTED,
            number,
            NOON.toEpochMilli(),
            id.value(),
            MessageAccepted.newBuilder()
                .setQueueId(id.value())
                .setEnvelope(
                    Envelope.newBuilder()
                        .setReversePath("info@northwind.example")
                        .addRecipients(EnvelopeRecipient.newBuilder().setAddress("a@x.example"))
                        .addRecipients(EnvelopeRecipient.newBuilder().setAddress("b@x.example")))
                .addGroups(group.addRecipients(0).addRecipients(1))
                .build()));
  }

  private static void outcome(Fold fold, int offset, QueueId id, int attempt, String token)
      throws SQLException {
    OutcomeRecorded.Builder outcome =
        OutcomeRecorded.newBuilder()
            .setQueueId(id.value())
            .setAttempt(attempt)
            .setOwner(new Owner(1, 1, 1).message())
            .setOrganization("contoso")
            .setToken("opportunistic:encryption-only")
            .setReportedConnector("To Northwind")
            .setReportedToken(token);
    for (int recipient = 0; recipient < 2; recipient++) {
      outcome.addRecipients(
          RecipientOutcome.newBuilder().setRecipient(recipient).setKind(OutcomeKind.DELIVERED));
    }
    fold.read(
        LogRecords.of(
            Topics.MAIL_OUTCOMES, offset, NOON.toEpochMilli() + 9, id.value(), outcome.build()));
  }

  private static void refusal(
      Fold fold, int number, String organization, ReportedDecision.@Nullable Builder reported)
      throws SQLException {
    MessageRefused.Builder refused =
        MessageRefused.newBuilder()
            .setReference("0000-000" + number)
            .setOrganization(organization)
            .setRule("tenantAttribution")
            .setCode(550);
    if (reported != null) {
      refused.setReported(reported);
    }
    fold.read(
        LogRecords.of(
            Topics.MAIL_REFUSALS, number, NOON.toEpochMilli(), "192.0.2.1", refused.build()));
  }

  private static Sight reader(String organization) {
    return new Sight(Optional.of(Set.of(organization)));
  }

  private static Report report(Sight sight, String organization) throws SQLException {
    try (Connection connection = Postgres.connect(url)) {
      return ReportReader.read(
          connection, ReportKind.REPORT_ONLY, DAY, DAY, organization, sight, 100);
    }
  }

  /** Rows without day, sample and search. */
  private static List<String> rows(Report report) {
    return report.rows().stream()
        .map(row -> row.subList(1, 8).toString().replaceAll("[\\[\\]]", ""))
        .sorted()
        .toList();
  }

  private static final String[] OF_CONTOSO = {
    "contoso, From Northwind & Co, in, refused, requireTls, 550, 2",
    "contoso, From Northwind & Co, in, unknown, restrictDomainsToCertificate, 0, 2",
    "contoso, From Northwind & Co, refused, refused, requireTls, 550, 1",
    "contoso, New server, refused, accepted, , 0, 1",
    "contoso, To Northwind, out, missed, name-mismatch, 0, 2"
  };
  private static final String OF_FABRIKAM = "fabrikam, From Contoso, in, accepted, , 0, 2";

  @Test
  void eachReaderSeesTheDecisionsOfItsOwnConnectors() throws Exception {
    assertThat(rows(report(Sight.everything(), ""))).hasSize(7).contains(OF_CONTOSO);
    assertThat(rows(report(Sight.everything(), "fabrikam"))).containsExactly(OF_FABRIKAM);
    assertThat(rows(report(reader("contoso"), ""))).containsExactly(OF_CONTOSO);
    assertThat(rows(report(reader("fabrikam"), ""))).containsExactly(OF_FABRIKAM);
    assertThat(rows(report(reader("northwind"), ""))).isEmpty();
    try (Connection connection = Postgres.connect(url)) {
      LocalDate before = DAY.minusDays(1);
      assertThat(
              ReportReader.read(
                      connection,
                      ReportKind.REPORT_ONLY,
                      before,
                      before,
                      "",
                      Sight.everything(),
                      100)
                  .rows())
          .isEmpty();
    }
  }

  @Test
  void eachRowsSearchFindsItsMailAndTheOthersReaderNone() throws Exception {
    for (Sight sight : List.of(Sight.everything(), reader("contoso"), reader("fabrikam"))) {
      for (List<Object> row : report(sight, "").rows()) {
        String search = String.valueOf(row.getLast());
        assertThat(found(search, sight)).as(search).containsExactly(String.valueOf(row.get(8)));
        assertThat(found(search, reader("northwind"))).as(search).isEmpty();
      }
    }
    for (List<Object> row : report(reader("contoso"), "").rows()) {
      String search = String.valueOf(row.getLast()).replaceFirst("organization=[^&]*&", "");
      assertThat(found(search, reader("fabrikam"))).as(search).isEmpty();
    }
  }

  /** Queue ids and references that the path of a search finds. */
  private static List<String> found(String path, Sight sight) throws SQLException {
    Map<String, String> query =
        Arrays.stream(URI.create(path).getRawQuery().split("&", -1))
            .map(parameter -> parameter.split("=", 2))
            .collect(
                Collectors.toMap(
                    parameter -> parameter[0],
                    parameter -> URLDecoder.decode(parameter[1], StandardCharsets.UTF_8)));
    Filter filter =
        new Filter(
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            query.getOrDefault("organization", ""),
            "",
            "",
            "",
            "",
            "",
            new Filter.Reported(
                query.getOrDefault("reportedConnector", ""),
                query.getOrDefault("reportedResult", ""),
                query.getOrDefault("reportedRule", "")),
            millis(query, "since"),
            millis(query, "until"),
            50,
            null);
    try (Connection connection = Postgres.connect(url)) {
      return "messages".equals(query.get("kind"))
          ? MessageSearch.find(connection, filter, sight).stream()
              .map(cursor -> cursor.key().substring(1))
              .toList()
          : RefusalSearch.find(connection, filter, sight).values().stream()
              .map(refusal -> refusal.reference())
              .toList();
    }
  }

  private static long millis(Map<String, String> query, String name) {
    return Times.parse(name, query.getOrDefault(name, ""), NOON).toEpochMilli();
  }
}
