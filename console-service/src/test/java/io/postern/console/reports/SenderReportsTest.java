package io.postern.console.reports;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.console.Postgres;
import io.postern.console.sight.Sight;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.DirectoryObject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Mail of own servers by whose domain its sender is in (docs/decisions/0086). */
class SenderReportsTest {
  private static final LocalDate DAY = LocalDate.parse("2026-11-28");
  private static String url;

  @BeforeAll
  static void fill() throws SQLException {
    url = Postgres.migrated();
    try (Connection connection = Postgres.connect(url)) {
      domain(connection, "contoso.example", "contoso", false);
      domain(connection, "tailspin.example", "tailspin", false, "fabrikam");
      domain(connection, "former.example", "tailspin", true);
      sent(connection, "contoso", "contoso.example", 1, "own");
      sent(connection, "contoso", "tailspin.example", 2, "as another");
      sent(connection, "contoso", "former.example", 4, "as a former one");
      sent(connection, "contoso", "outside.example", 8, "forwarded");
      sent(connection, "fabrikam", "tailspin.example", 16, "allowed");
      sent(connection, "tailspin", "tailspin.example", 32, "its own");
    }
  }

  private static void domain(
      Connection connection, String domain, String organization, boolean removed, String... allowed)
      throws SQLException {
    DirectoryObject object =
        DirectoryObject.newBuilder()
            .setAcceptedDomain(
                AcceptedDomain.newBuilder()
                    .setDomain(domain)
                    .setOrganization(organization)
                    .addAllAllowedSenderOrganizations(List.of(allowed)))
            .setRemoved(removed)
            .build();
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO directory_object VALUES (?, ?, 1, ?)")) {
      insert.setString(1, "accepted-domain/" + domain);
      insert.setBoolean(2, removed);
      insert.setBytes(3, object.toByteArray());
      insert.executeUpdate();
    }
  }

  private static void sent(
      Connection connection, String organization, String domain, int messages, String sample)
      throws SQLException {
    try (Statement insert = connection.createStatement()) {
      insert.executeUpdate(
          "INSERT INTO mail_sender VALUES (%d, '%s', 'own server', '%s', %d, '%s')"
              .formatted(DAY.toEpochDay(), organization, domain, messages, sample));
    }
  }

  private static List<List<Object>> rows(ReportKind kind, String... sight) throws SQLException {
    try (Connection connection = Postgres.connect(url)) {
      Sight seen = sight.length == 0 ? Sight.everything() : new Sight(Optional.of(Set.of(sight)));
      return ReportReader.read(connection, kind, DAY, DAY, "", seen, 100).rows().stream()
          .map(row -> row.subList(1, row.size()))
          .toList();
    }
  }

  /** The one case that matters most was left out before: another organization's domain. */
  @Test
  void aSenderIsForeignWhereTheDomainIsNotTheOrganizationsOwn() throws Exception {
    List<Object> forwarded = List.of("contoso", "own server", "outside.example", 8L, "forwarded");
    List<Object> former = List.of("contoso", "own server", "former.example", 4L, "as a former one");
    List<Object> another = List.of("contoso", "own server", "tailspin.example", 2L, "as another");
    assertThat(rows(ReportKind.FOREIGN_SENDERS, "contoso"))
        .containsExactly(forwarded, former, another);
    assertThat(rows(ReportKind.FOREIGN_SENDERS, "tailspin")).isEmpty();
    assertThat(rows(ReportKind.FOREIGN_SENDERS))
        .containsExactly(
            List.of("fabrikam", "own server", "tailspin.example", 16L, "allowed"),
            forwarded,
            former,
            another);
  }

  /** Without the other's connectors and queue ids; its name only where the domain names it. */
  @Test
  void theOwnerOfADomainSeesThatOthersSentFromIt() throws Exception {
    List<List<Object>> tailspins =
        List.of(
            List.of("tailspin", "tailspin.example", "fabrikam", 16L),
            List.of("tailspin", "tailspin.example", "", 2L));
    assertThat(rows(ReportKind.OWN_DOMAINS_ELSEWHERE, "tailspin")).isEqualTo(tailspins);
    // An operator sees whose mail would be refused before it is.
    assertThat(rows(ReportKind.OWN_DOMAINS_ELSEWHERE))
        .containsExactly(tailspins.get(0), List.of("tailspin", "tailspin.example", "contoso", 2L));
    assertThat(rows(ReportKind.OWN_DOMAINS_ELSEWHERE, "contoso", "fabrikam")).isEmpty();
  }
}
