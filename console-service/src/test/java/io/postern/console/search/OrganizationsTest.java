package io.postern.console.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.MessageLite;
import io.postern.api.ProblemException;
import io.postern.console.Postgres;
import io.postern.console.fold.Fold;
import io.postern.console.life.LifeReader;
import io.postern.console.sight.Sight;
import io.postern.console.store.WriterConnection;
import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DecisionSource;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageControl;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.RemoteReply;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Nothing of an organization is shown to another one's reader (G8): every word of contoso's
 * decisions has a mark that must not be in what fabrikam reads, and no filter finds it.
 */
class OrganizationsTest {
  private static final long NOW = System.currentTimeMillis();
  private static final QueueId ID = QueueId.of(0, NOW - 60_000, 4711);
  private static final String MARK = "contoso-secret";
  private static String url = "";

  @BeforeAll
  static void fold() throws Exception {
    url = Postgres.migrated();
    try (Connection connection = WriterConnection.open(url, Postgres.user(), Postgres.password())) {
      Fold fold =
          new Fold(connection, 90, 100, InstantSource.fixed(java.time.Instant.ofEpochMilli(NOW)));
      fold.begin();
      fold.read(record(Topics.MAIL_ACCEPTED, accepted()));
      fold.read(record(Topics.MAIL_DELIVERIES, decision()));
      fold.read(record(Topics.MAIL_OUTCOMES, outcome()));
      fold.read(
          record(
              Topics.MAIL_CONTROLS,
              MessageControl.newBuilder()
                  .setControlId(MARK)
                  .setQueueId(ID.value())
                  .setOrganization("contoso")
                  .setBy(MARK)
                  .build()));
      fold.commit();
    }
  }

  private static MessageAccepted accepted() {
    return MessageAccepted.newBuilder()
        .setQueueId(ID.value())
        .setEnvelope(
            Envelope.newBuilder()
                .setReversePath("anna@contoso.example")
                .addRecipients(
                    EnvelopeRecipient.newBuilder().setAddress(MARK + "@stranger.example"))
                .addRecipients(EnvelopeRecipient.newBuilder().setAddress("info@fabrikam.example")))
        .addGroups(
            RecipientGroup.newBuilder()
                .addRecipients(0)
                .setOrganization("contoso")
                .setConnector(MARK)
                .setDirection(Direction.ORIGINATING))
        .addGroups(
            RecipientGroup.newBuilder()
                .addRecipients(1)
                .setOrganization("contoso")
                .setConnector(MARK)
                .setDirection(Direction.ORIGINATING)
                .setExplanation(Explanation.newBuilder().setSummary(MARK))
                .setIncoming(
                    RecipientGroup.newBuilder()
                        .setOrganization("fabrikam")
                        .setConnector("From Contoso")
                        .setExplanation(Explanation.newBuilder().setSummary("fabrikam's own"))))
        .build();
  }

  private static Decision decision() {
    return Decision.newBuilder()
        .setSource(DecisionSource.SOURCE_ACCEPTED)
        .setPrevious(-1)
        .setQueueId(ID.value())
        .addDeliveries(
            DeliveryRequested.newBuilder()
                .setAttempt(1)
                .addRecipients(0)
                .addRecipients(1)
                .setOrganization("contoso")
                .setConnector(MARK)
                .setNextHop(NextHop.newBuilder().setRoute(MARK))
                .setExplanation(Explanation.newBuilder().setSummary(MARK)))
        .build();
  }

  private static OutcomeRecorded outcome() {
    OutcomeRecorded.Builder outcome =
        OutcomeRecorded.newBuilder()
            .setQueueId(ID.value())
            .setAttempt(1)
            .setOwner(new Owner(1, 1, 1).message())
            .setOrganization("contoso")
            .setConnector(MARK)
            .setRoute(MARK)
            .setHost(MARK)
            .setToken(MARK);
    for (int recipient = 0; recipient < 2; recipient++) {
      outcome.addRecipients(
          RecipientOutcome.newBuilder()
              .setRecipient(recipient)
              .setKind(OutcomeKind.FAILED)
              .setReason(MARK)
              .setDetail(MARK)
              .setReply(RemoteReply.newBuilder().setCode(550).setText(MARK)));
    }
    return outcome.build();
  }

  private static ConsumerRecord<String, byte[]> record(String topic, MessageLite value) {
    byte[] bytes = value.toByteArray();
    return new ConsumerRecord<>(
        topic,
        0,
        0,
        NOW - 50_000,
        TimestampType.LOG_APPEND_TIME,
        21,
        bytes.length,
        ID.value(),
        bytes,
        new RecordHeaders(),
        Optional.empty());
  }

  private static Sight reader(String organization) {
    return new Sight(Optional.of(Set.of(organization)));
  }

  private static List<Cursor> found(Sight sight, Consumer<Parameters> filter) throws SQLException {
    try (Connection connection = Postgres.connect(url)) {
      return MessageSearch.find(connection, SearchTimes.filter(filter, NOW, null), sight);
    }
  }

  @Test
  void theLifeAndTheListHaveNoWordOfTheOther() throws Exception {
    try (Connection connection = Postgres.connect(url)) {
      String life = json(LifeReader.read(connection, ID.value(), reader("fabrikam")));
      String list = json(MessagePage.of(connection, List.of(ID.value()), reader("fabrikam")));
      assertThat(life).contains("info@fabrikam.example", "fabrikam's own", "\"failed\"");
      assertThat(list).contains("info@fabrikam.example", "From Contoso", "\"failed\"");
      assertThat(list).contains("\"inboundOrganization\":\"fabrikam\"");
      assertThat(life).doesNotContain(MARK);
      assertThat(list).doesNotContain(MARK);
      assertThat(json(LifeReader.read(connection, ID.value(), reader("contoso"))))
          .contains(MARK + "@stranger.example", "550 " + MARK)
          .doesNotContain("fabrikam's own");
      assertThatThrownBy(() -> LifeReader.read(connection, ID.value(), reader("northwind")))
          .isInstanceOfSatisfying(
              ProblemException.class, e -> assertThat(e.problem().status()).isEqualTo(404));
    }
  }

  @Test
  void noFilterFindsWhatIsNotShown() throws Exception {
    List<Consumer<Parameters>> secrets =
        List.of(
            p -> p.to = MARK + "@stranger.example",
            p -> p.toDomain = "stranger.example",
            p -> p.connector = MARK,
            p -> p.reason = MARK,
            p -> p.tls = MARK);
    for (int i = 0; i < secrets.size(); i++) {
      assertThat(found(reader("fabrikam"), secrets.get(i))).as("filter %d", i).isEmpty();
      assertThat(found(reader("contoso"), secrets.get(i))).as("filter %d", i).hasSize(1);
    }
    List<Consumer<Parameters>> shown =
        List.of(
            p -> {},
            p -> p.to = "info@fabrikam.example",
            p -> p.state = "failed",
            p -> p.from = "anna@contoso.example",
            p -> p.queueId = ID.value(),
            p -> p.connector = "From Contoso");
    for (int i = 0; i < shown.size(); i++) {
      assertThat(found(reader("fabrikam"), shown.get(i))).as("filter %d", i).hasSize(1);
      assertThat(found(reader("northwind"), shown.get(i))).as("filter %d", i).isEmpty();
    }
    assertThat(found(reader("contoso"), p -> p.connector = "From Contoso")).isEmpty();
  }

  /** Who sees both asks for one of them, and finds what that one's reader finds. */
  @Test
  void anOrganizationIsAskedForAsItsReaderSeesIt() throws Exception {
    assertThat(found(Sight.everything(), of("contoso", p -> p.connector = MARK))).hasSize(1);
    assertThat(found(Sight.everything(), of("fabrikam", p -> p.connector = MARK))).isEmpty();
    assertThat(found(Sight.everything(), of("fabrikam", p -> p.reason = MARK))).isEmpty();
    assertThat(found(Sight.everything(), of("fabrikam", p -> p.connector = "From Contoso")))
        .hasSize(1);
    assertThat(found(Sight.everything(), of("contoso", p -> p.connector = "From Contoso")))
        .isEmpty();
  }

  /**
   * The token of the attempt is none of docs/guides/tracing-a-message.md: without a colon it is a
   * refusal.
   */
  @Test
  void aResultFindsItsTokensAlone() throws Exception {
    for (TlsResult result : TlsResult.values()) {
      int hits = result == TlsResult.REFUSED ? 1 : 0;
      Consumer<Parameters> filter = p -> p.tls = result.word();
      assertThat(found(Sight.everything(), filter)).as(result.word()).hasSize(hits);
      assertThat(found(reader("contoso"), filter)).as(result.word()).hasSize(hits);
      assertThat(found(reader("fabrikam"), filter)).as(result.word()).isEmpty();
      assertThat(
              found(
                  reader("contoso"),
                  p -> {
                    p.tls = result.word();
                    p.queueId = ID.value();
                  }))
          .as(result.word())
          .hasSize(hits);
    }
  }

  private static Consumer<Parameters> of(String organization, Consumer<Parameters> filter) {
    return filter.andThen(p -> p.organization = organization);
  }

  private static String json(Object value) throws Exception {
    return JsonMapper.builder().build().writeValueAsString(value);
  }
}
