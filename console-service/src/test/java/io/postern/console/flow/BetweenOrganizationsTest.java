package io.postern.console.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.console.LogRecords;
import io.postern.console.Postgres;
import io.postern.console.fold.Fold;
import io.postern.console.sight.Sight;
import io.postern.console.store.WriterConnection;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.RecipientGroup;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * One message of contoso to the outside and to fabrikam here, and one refusal of each: who sees
 * both sides counts it once, and each side's reader its own.
 */
class BetweenOrganizationsTest {
  private static final long AT = Instant.parse("2026-11-28T12:00:00Z").toEpochMilli();
  private static final QueueId ID = QueueId.of(0, AT, 1);
  private static String url = "";

  @BeforeAll
  static void fold() throws Exception {
    url = Postgres.migrated();
    try (Connection connection = WriterConnection.open(url, Postgres.user(), Postgres.password())) {
      Fold fold = new Fold(connection, 90, 100, () -> Instant.ofEpochMilli(AT));
      fold.begin();
      fold.read(LogRecords.of(Topics.MAIL_ACCEPTED, 0, AT, ID.value(), message()));
      for (String organization : new String[] {"contoso", "fabrikam"}) {
        fold.read(
            LogRecords.of(
                Topics.MAIL_REFUSALS,
                organization.equals("contoso") ? 0 : 1,
                AT,
                "192.0.2.1",
                MessageRefused.newBuilder()
                    .setOrganization(organization)
                    .setRule("requireTls")
                    .setCount(5)
                    .build()));
      }
      fold.commit();
    }
  }

  private static MessageAccepted message() {
    return MessageAccepted.newBuilder()
        .setQueueId(ID.value())
        .setEnvelope(
            Envelope.newBuilder()
                .setReversePath("anna@contoso.example")
                .addRecipients(EnvelopeRecipient.newBuilder().setAddress("a@stranger.example"))
                .addRecipients(EnvelopeRecipient.newBuilder().setAddress("b@fabrikam.example")))
        .addGroups(
            RecipientGroup.newBuilder()
                .addRecipients(0)
                .setOrganization("contoso")
                .setConnector("own server")
                .setDirection(Direction.ORIGINATING))
        .addGroups(
            RecipientGroup.newBuilder()
                .addRecipients(1)
                .setOrganization("contoso")
                .setConnector("own server")
                .setDirection(Direction.ORIGINATING)
                .setIncoming(
                    RecipientGroup.newBuilder()
                        .setOrganization("fabrikam")
                        .setConnector("From Contoso")))
        .build();
  }

  @Test
  void whoSeesBothSidesCountsOnce() throws Exception {
    assertThat(in("", Sight.everything())).isEqualTo(2);
    assertThat(in("", reader("contoso", "fabrikam"))).isEqualTo(2);
    assertThat(in("contoso", reader("contoso", "fabrikam"))).isEqualTo(2);
    assertThat(in("fabrikam", Sight.everything())).isEqualTo(1);
  }

  @Test
  void eachSideCountsItsOwn() throws Exception {
    assertThat(in("", reader("contoso"))).isEqualTo(2);
    assertThat(in("", reader("fabrikam"))).isEqualTo(1);
    assertThat(in("", reader("northwind"))).isZero();
    assertThat(in("contoso", reader("fabrikam"))).isZero();
    assertThat(refused(Sight.everything())).isEqualTo(10);
    assertThat(refused(reader("fabrikam"))).isEqualTo(5);
    assertThat(refused(reader("northwind"))).isZero();
  }

  private static Sight reader(String... organizations) {
    return new Sight(Optional.of(Set.of(organizations)));
  }

  private static FlowReader.Span span(String organization, Sight sight) {
    long hour = TimeUnit.MILLISECONDS.toHours(AT);
    return new FlowReader.Span(hour, hour + 1, 1, organization, sight);
  }

  private static long in(String organization, Sight sight) throws SQLException {
    try (Connection connection = Postgres.connect(url)) {
      return FlowReader.in(connection, span(organization, sight)).stream()
          .mapToLong(Flow.In::recipients)
          .sum();
    }
  }

  private static long refused(Sight sight) throws SQLException {
    try (Connection connection = Postgres.connect(url)) {
      return FlowReader.refused(connection, span("", sight)).stream()
          .mapToLong(Flow.Refused::refusals)
          .sum();
    }
  }
}
