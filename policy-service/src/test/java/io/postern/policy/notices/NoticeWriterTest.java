package io.postern.policy.notices;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.AcceptedContent;
import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.ContractLevel;
import io.postern.contracts.Headers;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.ContentChunk;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.NoticeRequested;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.RequireTls;
import io.postern.contracts.v1.TlsLevel;
import io.postern.policy.LogLab;
import io.postern.policy.MailBudget;
import io.postern.policy.Worker;
import io.postern.policy.decider.Decider;
import io.postern.policy.decider.DeciderMetrics;
import io.postern.rules.Directory;
import io.postern.rules.OutboundMail;
import io.postern.rules.outbound.OutboundDecision;
import io.postern.rules.outbound.OutboundRules;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The notice writer against a real broker; each test looks at its own queue ids only. */
class NoticeWriterTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final RecipientOutcome REFUSED =
      Samples.outcome(0, OutcomeKind.FAILED, "remote-5xx").toBuilder()
          .setReply(Samples.reply(550, "5.1.1", "No such user", "RCPT"))
          .build();
  private static final Directory DIRECTORY =
      LogLab.directory(
          LogLab.FILE
              + """
                inboundConnectors:
                - name: From One
                  connectorType: partner
                  senderDomains: [one.example]
                  requireTls: true
                  tlsSenderCertificateName: mail.one.example
                - name: From the gateway
                  connectorType: partner
                  senderDomains: ["*"]
                  restrictDomainsToIPAddresses: true
                  senderIPAddresses: [192.0.2.1]
                  efSkipLastIP: true
              """);
  private static LogLab log;

  private final List<Worker> workers = new ArrayList<>();
  private final MeterRegistry metrics = new SimpleMeterRegistry();

  @BeforeAll
  static void start() throws Exception {
    log = LogLab.shared();
  }

  @AfterAll
  static void stop() {
    log.close();
  }

  @AfterEach
  void endWorkers() {
    workers.forEach(Worker::close);
  }

  private Worker startWriter(Runnable beforeCommit) {
    return startWriter(new MailBudget(Duration.ofHours(1), 1_000, 1_000, () -> 1), beforeCommit);
  }

  private Worker startWriter(MailBudget budget, Runnable beforeCommit) {
    Worker worker =
        NoticeWriter.worker(
            log.settings(),
            new NoticeWriter(
                log.settings(),
                budget,
                Optional.empty(),
                new NoticeMetrics(metrics),
                () -> Optional.of(DIRECTORY),
                beforeCommit));
    workers.add(worker);
    worker.start();
    return worker;
  }

  private static NoticeRequested.Builder refused(MessageAccepted.Builder original)
      throws Exception {
    QueueId queueId = QueueId.parse(original.getQueueId());
    long accepted =
        log.write(
                Topics.MAIL_ACCEPTED,
                queueId.partition(),
                queueId.value(),
                original.build().toByteArray())
            .offset();
    long outcome =
        log.write(
                Topics.MAIL_OUTCOMES,
                queueId.partition(),
                queueId.value(),
                Samples.attempt(queueId, Samples.requires(TlsLevel.OPPORTUNISTIC), REFUSED)
                    .build()
                    .toByteArray())
            .offset();
    return Samples.notice(queueId, NoticeKind.NOTICE_FAILED, REFUSED)
        .setAcceptedOffset(accepted)
        .setOutcomeOffset(outcome);
  }

  private static void ask(NoticeRequested.Builder notice) throws Exception {
    QueueId queueId = QueueId.parse(notice.getQueueId());
    log.write(
        Topics.MAIL_NOTICES, queueId.partition(), queueId.value(), notice.build().toByteArray());
  }

  private static QueueId askRefused(int partition) throws Exception {
    QueueId queueId = QueueId.next(partition);
    ask(refused(Samples.message(queueId, "bob@fabrikam.example")));
    return queueId;
  }

  /** DSNs about a message. */
  private static List<MessageAccepted> about(QueueId queueId) {
    return log.read(Topics.MAIL_ACCEPTED, MessageAccepted.parser()).stream()
        .filter(message -> message.getCauseQueueId().equals(queueId.value()))
        .toList();
  }

  /** Chunks of a DSN's text. */
  private static List<ContentChunk> text(MessageAccepted dsn) {
    return log.read(Topics.MAIL_CONTENT).stream()
        .filter(record -> dsn.getQueueId().equals(record.key()))
        .map(record -> LogLab.parse(ContentChunk.parser(), record.value()))
        .toList();
  }

  private static ParsedDsn parsed(QueueId original) throws Exception {
    MessageAccepted dsn = about(original).getFirst();
    return new ParsedDsn(dsn, text(dsn).getFirst().getData().toStringUtf8());
  }

  /** When a notice that comes behind has its DSN, the ones before it have theirs, or none. */
  private static void awaitOneBehind(int partition) throws Exception {
    QueueId last = askRefused(partition);
    await().atMost(LONG).untilAsserted(() -> assertThat(about(last)).hasSize(1));
  }

  private double suppressed(String reason) {
    return metrics.counter("postern.notices.suppressed", "reason", reason).count();
  }

  private static long position(int partition) throws Exception {
    try (Admin admin =
        Admin.create(Map.<String, Object>of("bootstrap.servers", log.broker().bootstrap()))) {
      OffsetAndMetadata position =
          admin
              .listConsumerGroupOffsets(ConsumerGroups.NOTICE_WRITER)
              .partitionsToOffsetAndMetadata()
              .get(10, SECONDS)
              .get(new TopicPartition(Topics.MAIL_NOTICES, partition));
      return position == null ? -1 : position.offset();
    }
  }

  @Test
  void aNoticeBecomesADsnInTheHomePartitionWithWhatTheServerSaid() throws Exception {
    startWriter(() -> {});
    QueueId queueId = askRefused(3);

    await().atMost(LONG).untilAsserted(() -> assertThat(about(queueId)).hasSize(1));
    var record =
        log.read(Topics.MAIL_ACCEPTED).stream()
            .filter(r -> about(queueId).getFirst().getQueueId().equals(r.key()))
            .findFirst()
            .orElseThrow();
    assertThat(record.partition()).isEqualTo(3);
    assertThat(record.headers().lastHeader(Headers.ORGANIZATION).value())
        .isEqualTo("contoso".getBytes(StandardCharsets.UTF_8));
    ParsedDsn dsn = parsed(queueId);
    assertThat(ParsedDsn.field(dsn.status().get(1), "Diagnostic-Code"))
        .isEqualTo("smtp; 550 5.1.1 No such user");
    assertThat(ParsedDsn.field(dsn.status().get(1), "Remote-MTA"))
        .isEqualTo("dns; mail.fabrikam.example");
    assertThat(metrics.counter("postern.notices.recipients", "action", "failed").count())
        .isEqualTo(1);
  }

  /**
   * Partitions that come with a poll were not paused before it: while there is no directory, and
   * the member has just got them, their notices wait.
   */
  @Test
  void withoutADirectoryNothingIsReadFromPartitionsThatHaveJustCome() throws Exception {
    QueueId queueId = askRefused(2);
    AtomicInteger rounds = new AtomicInteger();
    AtomicBoolean there = new AtomicBoolean();
    NoticeWriter writer =
        new NoticeWriter(
            log.settings(),
            new MailBudget(Duration.ofHours(1), 0, 0, () -> 1),
            Optional.empty(),
            new NoticeMetrics(metrics),
            // As if none had been there when the round began: nothing is paused.
            () -> {
              rounds.incrementAndGet();
              return there.get() ? Optional.of(DIRECTORY) : Optional.empty();
            },
            () -> {});
    Worker worker = NoticeWriter.worker(log.settings(), writer);
    workers.add(worker);
    worker.start();
    await().atMost(LONG).until(worker::joined);
    int joined = rounds.get();
    await().atMost(LONG).until(() -> rounds.get() > joined + 6);
    assertThat(suppressed("over-budget")).isZero();
    there.set(true);
    await().atMost(LONG).untilAsserted(() -> assertThat(about(queueId)).hasSize(1));
  }

  @Test
  void withoutItsOutcomeADsnIsWrittenNevertheless() throws Exception {
    startWriter(() -> {});
    List<QueueId> ids = new ArrayList<>();
    for (long nowhere : new long[] {-1, 1_000_000, 0}) {
      QueueId queueId = QueueId.next(1);
      ask(refused(Samples.message(queueId, "bob@fabrikam.example")).setOutcomeOffset(nowhere));
      ids.add(queueId);
    }
    await().atMost(LONG).until(() -> ids.stream().noneMatch(id -> about(id).isEmpty()));
    assertThat(ids).allSatisfy(id -> assertThat(about(id)).hasSize(1));
  }

  @Test
  void neverABounceOfABounce() throws Exception {
    startWriter(() -> {});
    QueueId queueId = askRefused(0);
    await().atMost(LONG).untilAsserted(() -> assertThat(about(queueId)).hasSize(1));
    MessageAccepted dsn = about(queueId).getFirst();
    long offset =
        log.read(Topics.MAIL_ACCEPTED).stream()
            .filter(r -> dsn.getQueueId().equals(r.key()))
            .findFirst()
            .orElseThrow()
            .offset();

    // The DSN itself cannot be delivered.
    QueueId bounced = QueueId.parse(dsn.getQueueId());
    ask(Samples.notice(bounced, NoticeKind.NOTICE_FAILED, REFUSED).setAcceptedOffset(offset));
    ask(
        Samples.notice(bounced, NoticeKind.NOTICE_DELAYED, REFUSED)
            .setNoticeId(bounced + "/delayed/0")
            .setAcceptedOffset(offset));

    awaitOneBehind(0);
    assertThat(about(bounced)).isEmpty();
    assertThat(suppressed("null-reverse-path")).isEqualTo(2);
  }

  @Test
  void whoAskedNotToBeToldIsNotTold() throws Exception {
    startWriter(() -> {});
    QueueId queueId = QueueId.next(2);
    MessageAccepted.Builder original =
        Samples.message(queueId, "bob@fabrikam.example", "carl@fabrikam.example");
    original.getEnvelopeBuilder().getRecipientsBuilder(0).addNotify("NEVER");
    ask(refused(original).addRecipients(REFUSED.toBuilder().setRecipient(1)));
    QueueId nobody = QueueId.next(2);
    MessageAccepted.Builder silent = Samples.message(nobody, "bob@fabrikam.example");
    silent.getEnvelopeBuilder().getRecipientsBuilder(0).addNotify("SUCCESS").addNotify("DELAY");
    ask(refused(silent));

    awaitOneBehind(2);
    assertThat(about(nobody)).isEmpty();
    assertThat(about(queueId)).hasSize(1);
    assertThat(parsed(queueId).human()).contains("carl@").doesNotContain("bob@");
    assertThat(suppressed("not-asked")).isEqualTo(2);
  }

  @Test
  void aSealedContentThatIsReturnedStaysWhereItIsAndTheDsnSaysItsLevel() throws Exception {
    startWriter(() -> {});
    QueueId queueId = QueueId.next(2);
    MessageAccepted.Builder original = Samples.message(queueId, "bob@fabrikam.example");
    original.getEnvelopeBuilder().setRet("FULL");
    original
        .clearContent()
        .addContent(Samples.TRACE)
        .addContent(
            ContentSegment.newBuilder().setReference(AcceptedContent.own(queueId).setSize(1234)));
    NoticeRequested.Builder notice = refused(original);
    ask(notice);

    await().atMost(LONG).untilAsserted(() -> assertThat(about(queueId)).hasSize(1));
    MessageAccepted dsn = about(queueId).getFirst();
    assertThat(dsn.getContentList())
        .contains(
            ContentSegment.newBuilder()
                .setReference(
                    AcceptedContent.own(queueId)
                        .setSize(1234)
                        .setFirstOffset(notice.getAcceptedOffset())
                        .setLastOffset(notice.getAcceptedOffset()))
                .build());
    assertThat(AcceptedContent.of(dsn, 1_000_000)).isEqualTo(dsn.getContentList());
    assertThat(
            log.read(Topics.MAIL_ACCEPTED).stream()
                .filter(record -> dsn.getQueueId().equals(record.key()))
                .map(record -> record.headers().lastHeader(Headers.LEVEL).value()))
        .containsExactly(ContractLevel.header(2));
  }

  @Test
  void aContentToKeepIsNoAffairOfTheNoticeWriter() throws Exception {
    startWriter(() -> {});
    QueueId queueId = QueueId.next(1);
    ask(refused(Samples.message(queueId, "bob@fabrikam.example")).setKind(NoticeKind.KEEP_CONTENT));
    awaitOneBehind(1);
    assertThat(about(queueId)).isEmpty();
    assertThat(suppressed("unreadable")).isZero();
  }

  @Test
  void whatCannotBeReadBlocksNobodyAndThePositionMoves() throws Exception {
    QueueId queueId = QueueId.next(1);
    NoticeRequested.Builder good = refused(Samples.message(queueId, "bob@fabrikam.example"));
    log.write(Topics.MAIL_NOTICES, 1, queueId.value(), null);
    log.write(Topics.MAIL_NOTICES, 1, queueId.value(), new byte[] {1, 2, 3});
    ask(good.clone().setAcceptedOffset(-1));
    ask(good.clone().setAcceptedOffset(1_000_000));
    ask(good.clone().setKindValue(77));
    ask(good.clone().addRecipients(REFUSED.toBuilder().setRecipient(9)));
    ask(good.clone().setNoticeId(""));
    ask(good.clone().setAtMillis(-1));
    QueueId other = QueueId.next(1);
    ask(
        Samples.notice(other, NoticeKind.NOTICE_FAILED, REFUSED)
            .setAcceptedOffset(good.getAcceptedOffset()));
    QueueId strange = QueueId.next(1);
    MessageAccepted.Builder sender = Samples.message(strange, "bob@fabrikam.example");
    sender.getEnvelopeBuilder().setReversePath("no address at all");
    ask(refused(sender));

    startWriter(() -> {});

    awaitOneBehind(1);
    assertThat(about(queueId)).isEmpty();
    assertThat(about(other)).isEmpty();
    assertThat(about(strange)).isEmpty();
    assertThat(suppressed("unreadable")).isEqualTo(10);
    long end =
        log.read(Topics.MAIL_NOTICES).stream()
            .filter(r -> r.partition() == 1)
            .mapToLong(r -> r.offset() + 1)
            .max()
            .orElseThrow();
    await().atMost(LONG).untilAsserted(() -> assertThat(position(1)).isEqualTo(end));
  }

  @Test
  void aFailureBetweenSendAndCommitWritesAgainAndOnce() throws Exception {
    AtomicInteger failures = new AtomicInteger();
    startWriter(
        () -> {
          switch (failures.getAndIncrement()) {
            case 0 -> throw new TimeoutException("the commit did not come");
            case 1 -> throw new IllegalStateException("something else");
            default -> {}
          }
        });
    List<QueueId> ids = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      ids.add(askRefused(i % LogLab.PARTITIONS));
    }
    await().atMost(LONG).until(() -> ids.stream().noneMatch(id -> about(id).isEmpty()));
    assertThat(failures).hasValueGreaterThan(2);
    assertThat(ids).allSatisfy(id -> assertThat(about(id)).hasSize(1));
    // An outage that lasts must not fill the log: the DSN refers to the same text again.
    assertThat(ids).allSatisfy(id -> assertThat(text(about(id).getFirst())).hasSize(1));
  }

  @Test
  void whileNothingCanBeCommittedItIsTriedOnceASecond() throws Exception {
    List<Long> tries = new CopyOnWriteArrayList<>();
    startWriter(
        () -> {
          tries.add(System.nanoTime());
          if (tries.size() < 3) {
            throw new TimeoutException("the commit did not come");
          }
        });
    QueueId queueId = askRefused(0);
    await().atMost(LONG).untilAsserted(() -> assertThat(about(queueId)).hasSize(1));
    assertThat(tries).hasSizeGreaterThanOrEqualTo(3);
    for (int i = 1; i < 3; i++) {
      assertThat(Duration.ofNanos(tries.get(i) - tries.get(i - 1)))
          .isGreaterThan(Duration.ofMillis(900));
    }
  }

  @Test
  void aWriterKilledBetweenSendAndCommitIsReplacedAndEachDsnIsWrittenOnce() throws Exception {
    List<QueueId> ids = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      ids.add(askRefused(i % LogLab.PARTITIONS));
    }
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                NoticeWriterProcess.class.getName(),
                log.broker().bootstrap())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader output = process.inputReader()) {
      await()
          .atMost(LONG)
          .until(() -> output.lines().anyMatch("sent"::equals)); // blocks until it is there
    } finally {
      process.destroyForcibly(); // SIGKILL
      assertThat(process.waitFor(10, SECONDS)).isTrue();
    }
    assertThat(ids).as("nothing was committed").allSatisfy(id -> assertThat(about(id)).isEmpty());

    startWriter(() -> {});

    await()
        .atMost(Duration.ofSeconds(60)) // session time-out, then the open transaction's
        .until(() -> ids.stream().noneMatch(id -> about(id).isEmpty()));
    assertThat(ids).allSatisfy(id -> assertThat(about(id)).hasSize(1));
  }

  @Test
  void aDsnIsDecidedLikeAnyMailAndGoesToTheSendersMailbox() throws Exception {
    startWriter(() -> {});
    Directory directory = LogLab.directory(LogLab.FILE);
    Worker decider =
        Decider.worker(
            log.settings(),
            new Decider(
                log.settings(),
                () -> Optional.of(directory),
                Optional::empty,
                new DeciderMetrics(new SimpleMeterRegistry())));
    workers.add(decider);
    decider.start();
    QueueId queueId = askRefused(1);
    await().atMost(LONG).untilAsserted(() -> assertThat(about(queueId)).hasSize(1));

    await()
        .atMost(LONG)
        .untilAsserted(
            () -> {
              String dsn = about(queueId).getFirst().getQueueId();
              assertThat(log.deliveries())
                  .filteredOn(record -> dsn.equals(record.key()))
                  .singleElement()
                  .satisfies(
                      record -> {
                        DeliveryRequested delivery =
                            LogLab.parse(Decision.parser(), record.value()).getDeliveries(0);
                        assertThat(delivery.getEnvelope().getReversePath()).isEmpty();
                        assertThat(delivery.getEnvelope().getRecipients(0).getAddress())
                            .isEqualTo("ann@contoso.example");
                        assertThat(delivery.getNextHop().getSmartHosts(0).getHost())
                            .isEqualTo("mailbox.contoso.example");
                        assertThat(delivery.getOrganization()).isEqualTo("contoso");
                      });
            });
  }

  /** 32 KiB of header came again with each hand-back, in mail.deliveries and for three weeks. */
  @Test
  void aDsnsTextIsWrittenOnceHoweverOftenItIsHandedBack() throws Exception {
    startWriter(() -> {});
    Directory directory = LogLab.directory(LogLab.FILE);
    Worker decider =
        Decider.worker(
            log.settings(),
            new Decider(
                log.settings(),
                () -> Optional.of(directory),
                Optional::empty,
                new DeciderMetrics(new SimpleMeterRegistry())));
    workers.add(decider);
    decider.start();
    QueueId queueId = QueueId.next(2);
    MessageAccepted.Builder original = Samples.message(queueId, "bob@fabrikam.example");
    original.getEnvelopeBuilder().setReversePath("eve@dead.example");
    original.setHeaderBlock(ByteString.copyFromUtf8("X: " + "x".repeat(32_000) + "\r\n"));
    ask(refused(original));
    await().atMost(LONG).untilAsserted(() -> assertThat(about(queueId)).hasSize(1));
    var accepted =
        log.read(Topics.MAIL_ACCEPTED).stream()
            .filter(r -> about(queueId).getFirst().getQueueId().equals(r.key()))
            .findFirst()
            .orElseThrow();
    String dsn = accepted.key();
    for (int attempt = 2; attempt <= 30; attempt++) {
      log.write(
          Topics.MAIL_DUE,
          2,
          dsn,
          AttemptDue.newBuilder()
              .setQueueId(dsn)
              .setAcceptedOffset(accepted.offset())
              .addRecipients(0)
              .setAttempt(attempt)
              .build()
              .toByteArray());
    }
    await()
        .atMost(LONG)
        .untilAsserted(
            () -> assertThat(log.deliveries()).filteredOn(r -> dsn.equals(r.key())).hasSize(30));

    assertThat(text(about(queueId).getFirst()))
        .singleElement()
        .satisfies(chunk -> assertThat(chunk.getData().size()).isGreaterThan(32_000));
    assertThat(accepted.value()).hasSizeLessThan(4_000);
    assertThat(log.deliveries())
        .filteredOn(record -> dsn.equals(record.key()))
        .allSatisfy(record -> assertThat(record.value()).hasSizeLessThan(2_000));
  }

  @Test
  void unprovedSendersHaveABudgetAndTheRecordSaysWhoWasNotTold() throws Exception {
    startWriter(new MailBudget(Duration.ofHours(1), 3, 2, () -> 1), () -> {});
    List<QueueId> ids = new ArrayList<>();
    for (String sender :
        List.of(
            "a@one.example", "b@One.example", "c@one.example", "d@two.example", "e@x.example")) {
      QueueId queueId = QueueId.next(0);
      MessageAccepted.Builder original = Samples.message(queueId, "ben@contoso.example");
      original.getEnvelopeBuilder().setReversePath(sender);
      original.getGroupsBuilder(0).setDirection(Direction.INCOMING);
      ask(refused(original));
      ids.add(queueId);
    }
    // A sender that a certificate has proved gets a DSN.
    QueueId proved = QueueId.next(0);
    MessageAccepted.Builder partners = Samples.message(proved, "ben@contoso.example");
    partners.getEnvelopeBuilder().setReversePath("f@one.example");
    partners
        .getGroupsBuilder(0)
        .setDirection(Direction.INCOMING)
        .setConnector("From One")
        .setVerdict("good");
    ask(refused(partners));

    awaitOneBehind(0);
    assertThat(ids).extracting(id -> about(id).size()).containsExactly(1, 1, 0, 1, 0);
    assertThat(about(proved)).hasSize(1);
    assertThat(suppressed("over-budget")).isEqualTo(2);
    for (QueueId silent : List.of(ids.get(2), ids.get(4))) {
      assertThat(log.read(Topics.MAIL_SCHEDULE_OUTCOMES))
          .filteredOn(record -> silent.value().equals(record.key()))
          .singleElement()
          .satisfies(
              record -> {
                OutcomeRecorded outcome = LogLab.parse(OutcomeRecorded.parser(), record.value());
                assertThat(record.partition()).isZero();
                assertThat(outcome.getWriter()).isEqualTo(OutcomeWriter.WRITER_NOTICES);
                assertThat(outcome.getOrganization()).isEqualTo("contoso");
                assertThat(outcome.getRecipients(0).getKind()).isEqualTo(OutcomeKind.NOT_NOTIFIED);
                assertThat(outcome.getRecipients(0).getReason()).isEqualTo("over-budget");
              });
    }
  }

  /** Its connector proves the gateway, and any sender's mail comes through it. */
  @Test
  void mailThroughAGatewayToUnknownUsersSendsTheForgedSenderNoMoreDsnsThanTheBudget()
      throws Exception {
    startWriter(new MailBudget(Duration.ofHours(1), 1_000, 2, () -> 1), () -> {});
    List<QueueId> ids = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      QueueId queueId = QueueId.next(1);
      MessageAccepted.Builder original = Samples.message(queueId, "nobody@contoso.example");
      original.getEnvelopeBuilder().setReversePath("victim@forged.example");
      original
          .getGroupsBuilder(0)
          .setDirection(Direction.INCOMING)
          .setConnector("From the gateway")
          .setByAddress("192.0.2.1");
      ask(refused(original));
      ids.add(queueId);
    }
    awaitOneBehind(1); // the organization's own
    assertThat(ids).extracting(id -> about(id).size()).containsExactly(1, 1, 0, 0, 0);
    assertThat(suppressed("over-budget")).isEqualTo(3);
  }

  @Test
  void twiceTheSameNoticeIsVisiblyOnce() throws Exception {
    startWriter(() -> {});
    QueueId queueId = QueueId.next(2);
    NoticeRequested.Builder notice = refused(Samples.message(queueId, "bob@fabrikam.example"));
    ask(notice);
    ask(notice);
    await().atMost(LONG).untilAsserted(() -> assertThat(about(queueId)).hasSize(2));
    assertThat(about(queueId))
        .extracting(MessageAccepted::getQueueId)
        .containsOnly(about(queueId).getFirst().getQueueId());
  }

  @ParameterizedTest(name = "to {0}: {1}")
  @CsvSource({
    "ann@contoso.example, mailbox.contoso.example, ENCRYPTION_ONLY",
    "ann@fabrikam.example, mail.fabrikam.example, DOMAIN_VALIDATION",
    "ann@elsewhere.example, '', OPPORTUNISTIC",
  })
  void theDeciderFindsAWayForADsnWhereverTheSenderIs(String sender, String host, TlsLevel level) {
    QueueId queueId = QueueId.next(2);
    MessageAccepted.Builder original = Samples.message(queueId, "bob@fabrikam.example");
    original.getEnvelopeBuilder().setReversePath(sender);
    original.getGroupsBuilder(0).setDirection(Direction.INCOMING);
    MessageAccepted dsn =
        Dsn.of(
            Samples.report(
                Samples.notice(queueId, NoticeKind.NOTICE_FAILED, REFUSED).build(),
                original.build(),
                OutcomeRecorded.getDefaultInstance()),
            1);

    OutboundDecision decision =
        OutboundRules.decide(
            LogLab.directory(LogLab.FILE),
            new OutboundMail(
                dsn.getGroups(0).getOrganization(),
                dsn.getGroups(0).getDirection(),
                "",
                "",
                sender.substring(sender.indexOf('@') + 1),
                RequireTls.REQUIRE_TLS_UNSPECIFIED,
                false,
                null));

    assertThat(decision).isInstanceOf(OutboundDecision.Deliver.class);
    OutboundDecision.Deliver deliver = (OutboundDecision.Deliver) decision;
    assertThat(deliver.requirement().getLevel()).isEqualTo(level);
    assertThat(deliver.nextHop().getSmartHostsList())
        .extracting(h -> h.getHost())
        .isEqualTo(host.isEmpty() ? List.of() : List.of(host));
  }
}
