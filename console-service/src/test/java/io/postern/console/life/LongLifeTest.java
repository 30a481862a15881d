package io.postern.console.life;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.MessageLite;
import io.postern.console.Postgres;
import io.postern.console.fold.Fold;
import io.postern.console.sight.Sight;
import io.postern.console.store.WriterConnection;
import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageControl;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RecipientOutcome;
import java.sql.Connection;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A message with more attempts than are read has its first and its last ones, and says so. */
class LongLifeTest {
  private static final long NOW = System.currentTimeMillis();
  private static final int PLACE = 1_001;

  @ParameterizedTest
  @CsvSource({"1000, false", "1001, false", "2000, false", "2001, false", "2002, true"})
  void theLastAttemptsAreThere(int attempts, boolean leftOut) throws Exception {
    QueueId id = QueueId.of(0, NOW - 60_000, attempts);
    String url = Postgres.migrated();
    try (Connection connection = WriterConnection.open(url, Postgres.user(), Postgres.password())) {
      Fold fold = new Fold(connection, 90, 100, InstantSource.fixed(Instant.ofEpochMilli(NOW)));
      fold.begin();
      fold.read(record(id, Topics.MAIL_ACCEPTED, 0, accepted(id)));
      fold.commit();
      fold.begin();
      fold.read(
          record(
              id,
              Topics.MAIL_OUTCOMES,
              0,
              OutcomeRecorded.newBuilder()
                  .setPartitionTaken(true)
                  .setOwner(new Owner(1, 1, 1).message())
                  .build()));
      for (int attempt = 1; attempt <= attempts; attempt++) {
        fold.read(record(id, Topics.MAIL_OUTCOMES, attempt, deferred(id, attempt)));
      }
      fold.commit();
    }
    try (Connection connection = Postgres.connect(url)) {
      List<Life.Event> events =
          LifeReader.read(connection, id.value(), new Sight(Optional.empty())).events();
      List<Integer> numbers =
          events.stream().filter(each -> each.attempt() != null).map(Life.Event::attempt).toList();
      assertThat(numbers).isSorted().doesNotHaveDuplicates().startsWith(1, 2).endsWith(attempts);
      assertThat(numbers).hasSize(leftOut ? 2 * PLACE - 1 : attempts);
      List<Life.Event> marks =
          events.stream().filter(each -> each.kind().equals("left-out")).toList();
      assertThat(marks).hasSize(leftOut ? 1 : 0);
      if (leftOut) {
        assertThat(events.indexOf(marks.getFirst())).isEqualTo(PLACE);
      }
    }
  }

  /** A control that was written twice is shown when it was written first. */
  @ParameterizedTest
  @CsvSource({"1001, false", "1002, true"})
  void theLastControlsAreThere(int controls, boolean leftOut) throws Exception {
    QueueId id = QueueId.of(0, NOW - 60_000, controls);
    String url = Postgres.migrated();
    try (Connection connection = WriterConnection.open(url, Postgres.user(), Postgres.password())) {
      Fold fold = new Fold(connection, 90, 5_000, InstantSource.fixed(Instant.ofEpochMilli(NOW)));
      fold.begin();
      fold.read(record(id, Topics.MAIL_ACCEPTED, 0, accepted(id)));
      for (int i = 0; i < controls; i++) {
        int twice = Math.min(i, controls - 2);
        fold.read(
            record(
                id,
                Topics.MAIL_CONTROLS,
                i,
                MessageControl.newBuilder()
                    .setControlId("c" + twice)
                    .setQueueId(id.value())
                    .setOrganization("contoso")
                    .build()));
      }
      fold.commit();
    }
    try (Connection connection = Postgres.connect(url)) {
      List<Life.Event> events =
          LifeReader.read(connection, id.value(), new Sight(Optional.empty())).events();
      assertThat(events).hasSize(controls - 1);
      assertThat(events.getFirst().kind()).isEqualTo(leftOut ? "left-out" : "control");
      Life.Event last = events.getLast();
      assertThat(Objects.requireNonNull(last.control()).controlId())
          .isEqualTo("c" + (controls - 2));
      assertThat(last.at()).isEqualTo(Instant.ofEpochMilli(NOW - 50_000 + controls - 2).toString());
    }
  }

  private static MessageAccepted accepted(QueueId id) {
    return MessageAccepted.newBuilder()
        .setQueueId(id.value())
        .setEnvelope(
            Envelope.newBuilder()
                .setReversePath("anna@contoso.example")
                .addRecipients(EnvelopeRecipient.newBuilder().setAddress("b@fabrikam.example")))
        .addGroups(
            RecipientGroup.newBuilder()
                .addRecipients(0)
                .setOrganization("contoso")
                .setDirection(Direction.ORIGINATING))
        .build();
  }

  private static OutcomeRecorded deferred(QueueId id, int attempt) {
    return OutcomeRecorded.newBuilder()
        .setQueueId(id.value())
        .setAttempt(attempt)
        .setOwner(new Owner(1, 1, 1).message())
        .setOrganization("contoso")
        .addRecipients(RecipientOutcome.newBuilder().setRecipient(0).setKind(OutcomeKind.DEFERRED))
        .build();
  }

  private static ConsumerRecord<String, byte[]> record(
      QueueId id, String topic, long offset, MessageLite value) {
    byte[] bytes = value.toByteArray();
    return new ConsumerRecord<>(
        topic,
        0,
        offset,
        NOW - 50_000 + offset,
        TimestampType.LOG_APPEND_TIME,
        21,
        bytes.length,
        id.value(),
        bytes,
        new RecordHeaders(),
        Optional.empty());
  }
}
