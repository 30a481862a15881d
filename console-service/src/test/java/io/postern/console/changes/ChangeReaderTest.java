package io.postern.console.changes;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.MessageLite;
import io.postern.console.Postgres;
import io.postern.console.fold.Fold;
import io.postern.console.search.Conditions;
import io.postern.console.sight.Sight;
import io.postern.console.store.WriterConnection;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.DirectoryAudit;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.RecipientListCounts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Three months of a script that changes contoso every five minutes, beside a quiet organization.
 */
class ChangeReaderTest {
  private static final int CHANGES = 26_000;
  private static final long NOW = System.currentTimeMillis();
  private static final Pattern ROWS = Pattern.compile("rows=(\\d+)(?:\\.\\d+)? loops=(\\d+)");
  private static String url = "";
  private static long offset;

  @BeforeAll
  static void fill() throws Exception {
    url = Postgres.migrated();
    try (Connection connection = WriterConnection.open(url, Postgres.user(), Postgres.password())) {
      Fold fold = new Fold(connection, 90, 100, InstantSource.fixed(Instant.ofEpochMilli(NOW)));
      fold.begin();
      fold.read(
          record(
              Topics.DIRECTORY,
              DirectoryObject.newBuilder()
                  .setAcceptedDomain(
                      AcceptedDomain.newBuilder()
                          .setDomain("fabrikam.example")
                          .setOrganization("fabrikam"))
                  .build()));
      for (int i = 1; i <= CHANGES; i++) {
        boolean fabrikam = i % 5_000 == 0;
        fold.read(
            record(
                Topics.DIRECTORY_AUDIT,
                i % 9_000 == 0
                    ? list(i, i == 18_000 ? "contoso.example" : "fabrikam.example")
                    : connector(i, fabrikam ? "fabrikam" : "contoso")));
        if (i % 1_000 == 0) {
          fold.commit();
        }
      }
      fold.commit();
    }
    Postgres.execute(url, "ANALYZE directory_change");
  }

  private static ConsumerRecord<String, byte[]> record(String topic, MessageLite value) {
    byte[] bytes = value.toByteArray();
    return new ConsumerRecord<>(
        topic,
        0,
        offset++,
        NOW - CHANGES + offset,
        TimestampType.LOG_APPEND_TIME,
        0,
        bytes.length,
        topic.equals(Topics.DIRECTORY) ? "accepted-domain/fabrikam.example" : "audit",
        bytes,
        new RecordHeaders(),
        Optional.empty());
  }

  private static DirectoryAudit connector(int version, String organization) {
    DirectoryObject connector =
        DirectoryObject.newBuilder()
            .setOutboundConnector(
                OutboundConnector.newBuilder()
                    .setOrganization(organization)
                    .setName("To Northwind")
                    .setComment("x".repeat(500) + version))
            .build();
    return DirectoryAudit.newBuilder()
        .setCommandId("c" + version)
        .setActor("script")
        .setVersion(version)
        .addAfter(connector)
        .build();
  }

  private static DirectoryAudit list(int version, String domain) {
    return DirectoryAudit.newBuilder()
        .setCommandId("c" + version)
        .setActor("script")
        .setVersion(version)
        .setRecipients(RecipientListCounts.newBuilder().setDomain(domain).setAdded(1))
        .build();
  }

  private static Sight of(String organization) {
    return new Sight(Optional.of(Set.of(organization)));
  }

  private static Conditions lastMonths() {
    return new Conditions().and("at >= ?", NOW - 90L * 24 * 3_600_000);
  }

  @Test
  void anOrganizationsChangesAreFoundWithoutReadingTheOthers() throws SQLException {
    try (Connection connection = Postgres.connect(url)) {
      ChangeReader.Found found =
          ChangeReader.find(connection, lastMonths(), "", of("fabrikam"), 50);

      assertThat(found.changes().stream().map(Changes.Change::version))
          .containsExactly(25_000L, 20_000L, 15_000L, 10_000L, 9_000L, 5_000L);
      assertThat(found.resume()).isZero();
      for (String object : List.of("", "outbound-connector/fabrikam/To Northwind")) {
        assertThat(rows(connection, object, of("fabrikam"))).isLessThan(30);
      }
    }
  }

  /** All rows that any node of the plan has read. */
  private static long rows(Connection connection, String object, Sight sight) throws SQLException {
    Conditions conditions =
        new Conditions().and(lastMonths()).and(ChangeReader.concerned(connection, object, sight));
    StringBuilder plan = new StringBuilder();
    try (PreparedStatement explain =
        connection.prepareStatement(
            "EXPLAIN (ANALYZE, TIMING OFF) " + ChangeReader.sql(conditions, sight))) {
      conditions.set(explain, 1);
      try (ResultSet row = explain.executeQuery()) {
        while (row.next()) {
          plan.append(row.getString(1)).append('\n');
        }
      }
    }
    assertThat(plan.toString()).doesNotContain("Seq Scan");
    return ROWS.matcher(plan)
        .results()
        .mapToLong(each -> Long.parseLong(each.group(1)) * Long.parseLong(each.group(2)))
        .max()
        .orElseThrow();
  }

  @Test
  void anOperatorReadsAllAndAPageOfThemOnly() throws SQLException {
    try (Connection connection = Postgres.connect(url)) {
      assertThat(ChangeReader.find(connection, lastMonths(), "", Sight.everything(), 50).changes())
          .hasSize(50)
          .first()
          .extracting(Changes.Change::version)
          .isEqualTo(26_000L);
    }
  }

  @Test
  void aSearchThatTakesTooLongSaysWhereItContinues() throws SQLException {
    try (Connection connection = Postgres.connect(url)) {
      ChangeReader.Found found =
          ChangeReader.find(
              connection, lastMonths(), "no such object", of("contoso"), 50, System.nanoTime());

      assertThat(found.changes()).isEmpty();
      assertThat(found.resume()).isEqualTo(26_000);
      ChangeReader.Found rest =
          ChangeReader.find(connection, lastMonths().and("version < ?", 3L), "", of("contoso"), 50);
      assertThat(rest.changes()).hasSize(2);
    }
  }

  /** A version before wrote no name for a list of recipients. */
  @Test
  void aListWithoutANameIsFoundByItsDomain() throws SQLException {
    Postgres.execute(
        url, "UPDATE directory_change SET organizations = '  ' WHERE version IN (9000, 18000)");
    try (Connection connection = Postgres.connect(url)) {
      assertThat(
              ChangeReader.find(connection, lastMonths(), "", of("fabrikam"), 50).changes().stream()
                  .map(Changes.Change::version))
          .contains(9_000L)
          .doesNotContain(18_000L);
    }
  }
}
