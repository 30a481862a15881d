package io.postern.operator.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.commandline.Program;
import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.Marks;
import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.DecisionSource;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.NoticeRequested;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.ScheduleState;
import io.postern.log.LogSettings;
import io.postern.log.era.DeliveryEra;
import io.postern.operator.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Against a real broker: positions, owners, an end that is held back. A partition each. */
@TestMethodOrder(org.junit.jupiter.api.MethodOrderer.OrderAnnotation.class)
final class KafkaAuditTest {
  private static final int COMMITTED = 0;
  private static final int HELD_BACK = 1;
  private static final int NOTICED = 2;

  @TempDir static Path folder;
  private static BrokerLog log;

  @BeforeAll
  static void start() throws Exception {
    log = new BrokerLog(folder, 4);
  }

  @AfterAll
  static void stop() {
    log.close();
  }

  private static List<QueueId> accepted(int partition, int count) throws Exception {
    List<QueueId> ids = new ArrayList<>();
    try (BrokerLog.Writer ingress = log.writer(null);
        BrokerLog.Writer decider = log.writer(null)) {
      for (int i = 0; i < count; i++) {
        QueueId id = QueueId.next(partition);
        ids.add(id);
        ingress.send(Topic.ACCEPTED, partition, id.value(), Mail.accepted(id, 1).build());
        decider.send(
            Topic.DELIVERIES,
            partition,
            id.value(),
            Mail.decision(id, 1)
                .setSource(DecisionSource.SOURCE_ACCEPTED)
                .setSourceOffset(i)
                .setPrevious(i - 1)
                .addDeliveries(Mail.delivery(id, 1, 0))
                .build());
      }
      ingress.producer.flush();
      decider.producer.flush();
      log.decided(partition, count);
    }
    return ids;
  }

  private static void outcome(BrokerLog.Writer delivery, QueueId id, OutcomeKind kind) {
    delivery.send(Topic.OUTCOMES, id.partition(), id.value(), Mail.outcome(id, 1, kind, 0).build());
    delivery.producer.flush();
  }

  private static void taken(BrokerLog.Writer delivery, int partition, Owner owner) {
    delivery.send(Topic.OUTCOMES, partition, "", Mail.taken(owner));
    delivery.producer.flush();
  }

  @Test
  @org.junit.jupiter.api.Order(1)
  void outcomesBeyondThePositionCountAndAFormerOwnersDoNot() throws Exception {
    List<QueueId> ids = accepted(COMMITTED, 5);
    try (BrokerLog.Writer delivery = log.writer(null)) {
      taken(delivery, COMMITTED, Mail.OWNER);
      outcome(delivery, ids.get(1), OutcomeKind.DELIVERED);
      outcome(delivery, ids.get(3), OutcomeKind.DEFERRED);
      taken(delivery, COMMITTED, new Owner(0, 2, 1));
      outcome(delivery, ids.get(0), OutcomeKind.FAILED);
      log.delivered(
          COMMITTED,
          new DeliveryPosition(0, Marks.NONE, 1, Mail.OWNER, 0, /* released= */ false, null));
    }
    AuditReport report = Audit.run(log.options());
    assertThat(report.alarms()).isEmpty();
    assertThat(report.mail().delivered()).isEqualTo(1);
    assertThat(report.mail().pendingByPlace())
        .isEqualTo(Map.of(Place.IN_DELIVERY, 3L, Place.OUTCOME_UNREAD, 1L));
    assertThat(report.recipient(ids.get(0).value(), 0).orElseThrow().places())
        .isEqualTo(Set.of(Place.IN_DELIVERY));
    assertThat(report.recipient(ids.get(0).value(), 1)).isEmpty();
    assertThat(report.uncounted())
        .isEqualTo(Map.of(UncountedRecord.MARKER, 2L, UncountedRecord.FORMER_OWNER, 1L));
    assertThat(report.exitCode()).isZero();
    assertThat(report.looks()).isEqualTo(1);
    assertThat(exitCode()).as("clean").isZero();
  }

  /** As it ends in a container and under {@code ./run} (docs/operations/audit.md). */
  private static int exitCode(String... more) {
    List<String> arguments = new ArrayList<>(List.of("audit", "--set"));
    arguments.add("kafka.bootstrap.servers=" + log.broker.bootstrap());
    arguments.addAll(List.of("--look-again-after", "1"));
    arguments.addAll(List.of(more));
    return Program.run(new CommandLine(Main.class), arguments.toArray(String[]::new));
  }

  @Test
  @org.junit.jupiter.api.Order(2)
  void offsetBeforeOutcomeIsAnAlarm() throws Exception {
    List<QueueId> ids = accepted(3, 2);
    try (BrokerLog.Writer delivery = log.writer(null)) {
      outcome(delivery, ids.get(1), OutcomeKind.DELIVERED); // none for the first
      log.delivered(3, DeliveryPosition.first(2));
      AuditReport report = Audit.run(log.options().lookAgainAfter(Duration.ofSeconds(2)));
      assertThat(report.alarms()).hasSize(1);
      assertThat(report.alarms().getFirst().kind()).isEqualTo(AlarmKind.FOUND_NOWHERE);
      assertThat(report.alarms().getFirst().queueId()).isEqualTo(ids.getFirst().value());
      assertThat(report.mail().balanced()).isFalse();
      assertThat(exitCode()).as("a finding").isEqualTo(1);
      assertThat(exitCode("--no-such-option")).as("usage").isEqualTo(2);
      outcome(delivery, ids.get(0), OutcomeKind.DELIVERED);
    }
  }

  @Test
  @org.junit.jupiter.api.Order(3)
  void whatAnOpenTransactionHoldsBackIsLookedForAgain() throws Exception {
    List<QueueId> ids = accepted(HELD_BACK, 1);
    QueueId id = ids.getFirst();
    try (BrokerLog.Writer other = log.writer("other");
        BrokerLog.Writer scheduler = log.writer("scheduler");
        BrokerLog.Writer delivery = log.writer(null)) {
      outcome(delivery, id, OutcomeKind.DEFERRED);
      log.delivered(HELD_BACK, DeliveryPosition.first(1));
      other.producer.beginTransaction();
      other.send(
          Topic.SCHEDULE_OUTCOMES,
          HELD_BACK,
          id.value(),
          Mail.own(id, 1, OutcomeKind.CANCELLED, 0));
      other.producer.flush();
      NoticeRequested notice = Mail.notice(id, NoticeKind.NOTICE_FAILED, "expired/0", 0).build();
      scheduler.producer.beginTransaction();
      scheduler.send(
          Topic.SCHEDULE_OUTCOMES,
          HELD_BACK,
          id.value(),
          Mail.own(id, 1, OutcomeKind.EXPIRED_OUTCOME, 0));
      scheduler.send(Topic.NOTICES, HELD_BACK, id.value(), notice);
      scheduler.scheduled(HELD_BACK, 1);
      scheduler.producer.commitTransaction();
      AtomicBoolean ended = new AtomicBoolean();
      AuditReport report =
          Audit.run(
              log.options()
                  .lookAgainAfter(Duration.ofSeconds(2))
                  .progress(
                      (step, done, all) -> {
                        if (step.contains("to be checked again")
                            && ended.compareAndSet(false, true)) {
                          other.producer.abortTransaction();
                        }
                      }));
      assertThat(ended).isTrue();
      assertThat(report.notes())
          .singleElement()
          .asString()
          .contains("held back", "mail.schedule.outcomes-1");
      assertThat(report.alarms()).isEmpty();
      assertThat(report.looks()).isGreaterThan(1);
      assertThat(report.recipient(id.value(), 0).orElseThrow().state())
          .isEqualTo(RecipientState.FAILED);
    }
  }

  @Test
  @org.junit.jupiter.api.Order(4)
  void theScheduleIsReadFromItsChangelogAndNoticesFromTheirs() throws Exception {
    List<QueueId> ids = accepted(NOTICED, 2);
    NoticeRequested notice =
        Mail.notice(ids.get(0), NoticeKind.NOTICE_FAILED, "failed/1/0", 0).build();
    QueueId dsn = QueueId.derived(NOTICED, notice.getNoticeId(), notice.getAtMillis());
    try (BrokerLog.Writer delivery = log.writer(null);
        BrokerLog.Writer scheduler = log.writer("scheduler");
        BrokerLog.Writer noticeWriter = log.writer("notices")) {
      outcome(delivery, ids.get(0), OutcomeKind.FAILED);
      outcome(delivery, ids.get(1), OutcomeKind.DEFERRED);
      log.delivered(NOTICED, DeliveryPosition.first(2));
      scheduler.producer.beginTransaction();
      scheduler.send(Topic.NOTICES, NOTICED, ids.get(0).value(), notice);
      scheduler.send(
          Topic.SCHEDULE,
          NOTICED,
          ids.get(1) + "/0",
          Mail.entry(ScheduleState.WAITING, 1)
              .setDueMillis(System.currentTimeMillis() + 60_000)
              .build());
      scheduler.scheduled(NOTICED, 2);
      scheduler.producer.commitTransaction();
      noticeWriter.producer.beginTransaction();
      noticeWriter.send(
          Topic.ACCEPTED, NOTICED, dsn.value(), Mail.dsn(notice).setQueueId(dsn.value()).build());
      noticeWriter.position(
          ConsumerGroups.NOTICE_WRITER,
          Topics.MAIL_NOTICES,
          Map.of(NOTICED, new OffsetAndMetadata(1)));
      noticeWriter.producer.commitTransaction();
    }
    AuditReport report = Audit.run(log.options());
    assertThat(report.alarms()).isEmpty();
    assertThat(report.recipient(ids.get(0).value(), 0).orElseThrow().state())
        .isEqualTo(RecipientState.FAILED);
    assertThat(report.dsns().pendingByPlace()).isEqualTo(Map.of(Place.UNDECIDED, 1L));
    assertThat(report.recipient(ids.get(1).value(), 0).orElseThrow().places())
        .isEqualTo(Set.of(Place.WAITING));
  }

  @Test
  @org.junit.jupiter.api.Order(5)
  void aPositionThatHasLostItsMetadataIsSaid() throws Exception {
    log.positionReset(NOTICED, 2);
    AuditReport report = Audit.run(log.options());
    assertThat(report.notes())
        .singleElement()
        .asString()
        .contains("mail.deliveries-" + NOTICED, "cannot be read", "lost its metadata");
    assertThat(report.alarms()).isEmpty();
  }

  @Test
  @org.junit.jupiter.api.Order(6)
  void positionsOfANewEraAccountForTheSameMail() throws Exception {
    AuditReport before = Audit.run(log.options());
    DeliveryEra.begin(new LogSettings(Map.of("bootstrap.servers", log.broker.bootstrap())));
    AuditReport after = Audit.run(log.options());
    assertThat(after.alarms()).isEmpty();
    assertThat(after.notes()).as("the position that had lost its metadata is good again").isEmpty();
    assertThat(after.mail().delivered()).isEqualTo(before.mail().delivered());
    assertThat(after.mail().pendingByPlace()).isEqualTo(before.mail().pendingByPlace());
  }

  /** A command's document, asked of the broker. */
  private static JsonNode json(int code, String... words) throws Exception {
    StringWriter out = new StringWriter();
    List<String> arguments = new ArrayList<>(List.of(words));
    arguments.addAll(
        List.of("-o", "json", "--set", "kafka.bootstrap.servers=" + log.broker.bootstrap()));
    CommandLine line = new CommandLine(Main.class).setOut(new PrintWriter(out));
    assertThat(Program.run(line, arguments.toArray(String[]::new)))
        .as(out.toString())
        .isEqualTo(code);
    return new ObjectMapper().readTree(out.toString());
  }

  @Test
  @org.junit.jupiter.api.Order(7)
  void whatIsReadFromTheLogIsThereForPrograms() throws Exception {
    QueueId id = accepted(COMMITTED, 1).getFirst();
    JsonNode audit = json(0, "audit", "--look-again-after", "1");
    assertThat(audit.path("clean").asBoolean()).isTrue();
    JsonNode status = json(0, "status");
    assertThat(audit.at("/all/accepted").asLong()).isPositive();
    assertThat(status.path("replicas").isArray()).isTrue();
    JsonNode trace = json(0, "trace", id.value());
    assertThat(trace.path("queueId").asText()).isEqualTo(id.value());
    assertThat(trace.path("accepted").path("recipients")).isNotEmpty();
    assertThat(json(1, "trace", QueueId.next(1).value()).path("found").asBoolean()).isFalse();
    assertThat(json(1, "refusals").path("refusals")).isEmpty();
    assertThat(json(1, "refusals", "0Z7K-31QF").path("refusals")).isEmpty();
  }

  @Test
  @org.junit.jupiter.api.Order(8)
  void aBrokerThatDoesNotAnswerIsNoVerdict() {
    log.broker.pause();
    try {
      assertThatThrownBy(() -> Audit.run(log.options().patience(Duration.ofSeconds(1))))
          .isInstanceOf(AuditUnavailableException.class);
      assertThat(exitCode("--patience", "1")).as("could not ask").isEqualTo(3);
    } finally {
      log.broker.resume();
    }
  }
}
