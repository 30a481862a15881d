package io.postern.delivery.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.AcceptedContent;
import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.Deployment;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Headers;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ContentReference;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.NoticeKind;
import io.postern.contracts.v1.NoticeRequested;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.lab.SharedBroker;
import io.postern.log.LogSettings;
import io.postern.log.content.ContentException;
import io.postern.log.content.ContentReader;
import io.postern.log.content.ContentStream;
import io.postern.log.reading.ConsumerThread;
import io.postern.log.sealing.SealingKey;
import io.postern.log.sealing.SealingKeys;
import io.postern.log.sending.Intake;
import io.postern.log.sending.MessageLog;
import io.postern.log.topics.TopicsSetup;
import io.postern.programs.KafkaBroker;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The copy of a held message's content, against a real broker. */
@Timeout(180)
class KeeperTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String RECEIVED = "Received: from x\r\n";
  private static KafkaBroker broker;
  private static LogSettings log;
  private static MessageLog messages;
  private static ContentReader reader;
  private final Random random = new Random(11);
  private final List<KeepResult> kept = new CopyOnWriteArrayList<>();
  private final List<Keeper> running = new ArrayList<>();

  /** A message, its accepted record's place and its bytes. */
  private record Mail(MessageAccepted accepted, long offset, byte[] content) {
    String queueId() {
      return accepted.getQueueId();
    }

    int partition() {
      return QueueId.parse(queueId()).partition();
    }
  }

  @BeforeAll
  static void start() throws Exception {
    broker = SharedBroker.empty();
    log = new LogSettings(Map.of("bootstrap.servers", broker.bootstrap()));
    TopicsSetup.createOrVerify(log, Deployment.singleNode(2));
    messages = new MessageLog(log, 2);
    reader = new ContentReader(log);
  }

  @AfterAll
  static void stop() {
    reader.close();
    messages.close();
  }

  @AfterEach
  void stopKeepers() throws Exception {
    running.forEach(Keeper::close);
  }

  @Test
  void aHeldContentIsCopiedByteForByteAndNamedInAnOutcome() throws Exception {
    Mail small = mail(10_000);
    Mail large = mail(5 << 20);
    keeper(() -> {});
    ask(small, NoticeKind.NOTICE_FAILED);
    ask(small, NoticeKind.KEEP_CONTENT);
    ask(large, NoticeKind.KEEP_CONTENT);
    for (Mail mail : List.of(small, large)) {
      ConsumerRecord<String, byte[]> record = awaitAnswers(mail, 1).getFirst();
      assertThat(record.partition()).isEqualTo(mail.partition());
      assertThat(header(record, Headers.WRITER)).isEqualTo(Headers.WRITER_DELIVERY);
      assertThat(header(record, Headers.ORGANIZATION)).isEqualTo("contoso");
      OutcomeRecorded outcome = OutcomeRecorded.parseFrom(record.value());
      assertThat(outcome.getWriter()).isEqualTo(OutcomeWriter.WRITER_DELIVERY);
      assertThat(outcome.getId().getIncarnation()).isNotEmpty();
      assertThat(outcome.getId().getNumber()).isPositive();
      assertThat(outcome.getAcceptedOffset()).isEqualTo(mail.offset());
      assertThat(outcome.getRecipientsList())
          .singleElement()
          .isEqualTo(
              RecipientOutcome.newBuilder().setRecipient(7).setKind(OutcomeKind.MOVED).build());
      assertMoved(mail, outcome);
    }
    Awaitility.await().atMost(PATIENCE).until(() -> kept.size() == 2);
    assertThat(kept).containsOnly(KeepResult.COPIED);
  }

  @Test
  void whatIsMovedIsReadWhenTheOriginalIsGone() throws Exception {
    Mail mail = mail(200_000);
    keeper(() -> {});
    ask(mail, NoticeKind.KEEP_CONTENT);
    OutcomeRecorded outcome = parse(awaitAnswers(mail, 1).getFirst());
    forget(mail);
    try (ContentReader fresh = new ContentReader(log)) {
      assertThat(read(fresh, outcome.getMovedContentList())).isEqualTo(mail.content());
    }
    // Held once more, when it stands there already.
    Mail again = accepted(mail.content(), outcome.getMovedContentList(), mail.partition());
    ask(again, NoticeKind.KEEP_CONTENT);
    assertThat(parse(awaitAnswers(again, 1).getFirst()).getMovedContentList())
        .isEqualTo(outcome.getMovedContentList());
  }

  @Test
  void aKeeperKilledBetweenCopyAndAnswerIsFollowedByOneAnswer() throws Exception {
    Mail mail = mail(300_000);
    CountDownLatch killed = new CountDownLatch(1);
    AtomicBoolean first = new AtomicBoolean(true);
    Keeper dying =
        keeper(
            () -> {
              if (first.getAndSet(false)) {
                killed.countDown();
                throw new IllegalStateException("killed");
              }
            });
    ask(mail, NoticeKind.KEEP_CONTENT);
    assertThat(killed.await(60, TimeUnit.SECONDS)).isTrue();
    dying.close();
    long before = heldEnd(mail);
    keeper(() -> {});
    assertMoved(mail, parse(awaitAnswers(mail, 1).getFirst()));
    assertThat(heldEnd(mail)).as("copied again").isGreaterThan(before);
    Awaitility.await().atMost(PATIENCE).until(() -> position(mail) == noticesEnd(mail));
    assertThat(awaitAnswers(mail, 1)).as("twice is once").hasSize(1);
  }

  @Test
  void oneThatWasPausedWhileAnotherTookOverAnswersAgainWithACopyThatIsAsGood() throws Exception {
    Mail mail = mail(300_000);
    CountDownLatch paused = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicBoolean first = new AtomicBoolean(true);
    keeper(
        () -> {
          if (first.getAndSet(false)) {
            paused.countDown();
            try {
              goOn.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
        });
    ask(mail, NoticeKind.KEEP_CONTENT);
    assertThat(paused.await(60, TimeUnit.SECONDS)).isTrue();
    // Its membership ends as that of a process that was stopped for longer than the session.
    try (Admin admin = Admin.create(log.admin())) {
      var unused =
          admin
              .removeMembersFromConsumerGroup(
                  ConsumerGroups.DELIVERY_KEEPER, new RemoveMembersFromConsumerGroupOptions())
              .all()
              .get();
    }
    keeper(() -> {});
    assertMoved(mail, parse(awaitAnswers(mail, 1).getFirst()));
    goOn.countDown();
    Awaitility.await().atMost(PATIENCE).until(() -> position(mail) == noticesEnd(mail));
    Mail next = mail(1_000);
    ask(next, NoticeKind.KEEP_CONTENT);
    awaitAnswers(next, 1);
    // An answer is written before its position: whichever of the two counts, its copy is there.
    for (ConsumerRecord<String, byte[]> answer : awaitAnswers(mail, 2)) {
      assertMoved(mail, parse(answer));
    }
  }

  @Test
  void whatStandsInlineNeedsNoCopyAndNoAnswer() throws Exception {
    byte[] text = "Subject: failed\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    Mail inline =
        accepted(
            text,
            List.of(ContentSegment.newBuilder().setInline(ByteString.copyFrom(text)).build()),
            0);
    keeper(() -> {});
    ask(inline, NoticeKind.KEEP_CONTENT);
    Awaitility.await().atMost(PATIENCE).until(() -> position(inline) == noticesEnd(inline));
    Awaitility.await().atMost(PATIENCE).until(() -> kept.equals(List.of(KeepResult.NOTHING)));
    assertThat(answers(inline)).isEmpty();
  }

  @Test
  void contentThatIsGoneOrDamagedIsCountedAndThePositionMovesOn() throws Exception {
    Mail gone = mail(50_000);
    forget(gone);
    Mail damaged = mail(50_000);
    ContentReference right = damaged.accepted().getContent(1).getReference();
    Mail wrong =
        accepted(
            damaged.content(),
            List.of(
                segment(right.toBuilder().setSha256(ByteString.copyFrom(new byte[32])).build())),
            gone.partition());
    Mail unknown = new Mail(gone.accepted(), 1_000_000, new byte[0]);
    keeper(() -> {});
    ask(gone, NoticeKind.KEEP_CONTENT);
    ask(wrong, NoticeKind.KEEP_CONTENT);
    ask(unknown, NoticeKind.KEEP_CONTENT);
    raw(gone.partition(), gone.queueId(), new byte[] {1, 2, 3});
    Mail good = mailIn(gone.partition(), 1_000);
    ask(good, NoticeKind.KEEP_CONTENT);
    assertMoved(good, parse(awaitAnswers(good, 1).getFirst()));
    Awaitility.await().atMost(PATIENCE).until(() -> kept.size() == 4);
    assertThat(kept)
        .containsExactly(
            KeepResult.GONE, KeepResult.UNREADABLE, KeepResult.GONE, KeepResult.COPIED);
    assertThat(answers(gone)).isEmpty();
  }

  @Test
  void aSealedContentIsOpenedAndKeptAndOneWithoutItsKeyDelaysNobody() throws Exception {
    SealingKeys keys = new SealingKeys(log);
    keys.renew();
    Mail first = sealed(Objects.requireNonNull(keys.current()));
    Mail lost = sealed(SealingKey.random());
    Mail last = sealed(Objects.requireNonNull(keys.current()));
    keeper(() -> {});
    for (Mail mail : List.of(first, lost, last)) {
      ask(mail, NoticeKind.KEEP_CONTENT);
    }
    for (Mail mail : List.of(first, last)) {
      List<ContentSegment> moved = parse(awaitAnswers(mail, 1).getFirst()).getMovedContentList();
      assertThat(moved.getLast().getReference().getTopic()).isEqualTo(Topics.MAIL_CONTENT_HELD);
      assertThat(read(reader, moved)).isEqualTo(mail.content());
    }
    Awaitility.await().atMost(PATIENCE).until(() -> kept.size() == 3);
    assertThat(kept)
        .containsExactlyInAnyOrder(KeepResult.COPIED, KeepResult.UNREADABLE, KeepResult.COPIED);
    assertThat(answers(lost)).isEmpty();
  }

  /** A message whose content stands in its envelope's record. */
  private Mail sealed(SealingKey key) throws Exception {
    byte[] content = new byte[1_000];
    random.nextBytes(content);
    QueueId queueId = QueueId.next(1);
    MessageAccepted accepted =
        MessageAccepted.newBuilder()
            .setQueueId(queueId.value())
            .addGroups(RecipientGroup.newBuilder().setOrganization("contoso").addRecipients(0))
            .addContent(
                ContentSegment.newBuilder()
                    .setReference(
                        AcceptedContent.own(queueId)
                            .setSize(content.length)
                            .setSha256(ByteString.copyFrom(Fingerprints.sha256(content)))))
            .build();
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(Topics.MAIL_ACCEPTED, 1, queueId.value(), accepted.toByteArray());
    record
        .headers()
        .add(Headers.SEALED_CONTENT, key.seal(queueId.value(), content, content.length));
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(log.producer())) {
      return new Mail(accepted, producer.send(record).get().offset(), content);
    }
  }

  @Test
  void aLogThatIsAwayDuringTheCopyIsWaitedFor() throws Exception {
    Mail mail = mail(2 << 20);
    AtomicInteger opened = new AtomicInteger();
    try (ContentReader impatient = new ContentReader(log, Duration.ofSeconds(1))) {
      keeper(
          segments -> {
            if (opened.getAndIncrement() == 0) {
              broker.pause();
            }
            return resuming(impatient.open(segments));
          },
          () -> {});
      ask(mail, NoticeKind.KEEP_CONTENT);
      assertMoved(mail, parse(awaitAnswers(mail, 1).getFirst()));
    }
    assertThat(opened.get()).isGreaterThan(1);
    Awaitility.await().atMost(PATIENCE).until(() -> kept.equals(List.of(KeepResult.COPIED)));
  }

  @Test
  void anErrorThatEndsTheThreadIsSeenByLiveness() throws Exception {
    Mail mail = mail(1_000);
    Keeper keeper =
        new Keeper(
            log,
            segments -> {
              throw new NoClassDefFoundError("a class that is not there");
            },
            kept::add);
    keeper.start();
    ask(mail, NoticeKind.KEEP_CONTENT);
    Awaitility.await()
        .dontCatchUncaughtExceptions()
        .atMost(PATIENCE)
        .until(() -> ConsumerThread.fallen().contains("held-content-keeper"));
    keeper.close();
    keeper(() -> {});
    awaitAnswers(mail, 1);
  }

  @Test
  void oneThatWasClosedIsNoFailure() throws Exception {
    Keeper closed = keeper(() -> {});
    closed.close();
    assertThat(ConsumerThread.fallen()).isEmpty();
  }

  /** The broker goes on when the reader has said that it does not answer. */
  private static ContentStream resuming(ContentStream stream) {
    return new ContentStream() {
      @Override
      public @Nullable ByteBuffer next() throws ContentException {
        try {
          return stream.next();
        } catch (ContentException e) {
          broker.resume();
          throw e;
        }
      }

      @Override
      public void close() {
        stream.close();
      }
    };
  }

  private Keeper keeper(Runnable beforeAnswer) {
    return keeper(reader::open, beforeAnswer);
  }

  private Keeper keeper(
      Function<List<ContentSegment>, ContentStream> contents, Runnable beforeAnswer) {
    Keeper keeper = new Keeper(log, contents, kept::add, beforeAnswer);
    running.add(keeper);
    keeper.start();
    return keeper;
  }

  private Mail mail(int size) throws Exception {
    byte[] body = new byte[size];
    random.nextBytes(body);
    Intake intake = messages.begin();
    intake.write(ByteBuffer.wrap(body));
    ContentReference reference = intake.finishContent();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(RECEIVED.getBytes(StandardCharsets.US_ASCII));
    all.writeBytes(body);
    return accepted(
        all.toByteArray(),
        List.of(
            ContentSegment.newBuilder().setInline(ByteString.copyFromUtf8(RECEIVED)).build(),
            segment(reference)),
        reference.getPartition());
  }

  private Mail mailIn(int partition, int size) throws Exception {
    Mail mail = mail(size);
    while (mail.partition() != partition) {
      mail = mail(size);
    }
    return mail;
  }

  private static Mail accepted(byte[] content, List<ContentSegment> segments, int partition)
      throws Exception {
    MessageAccepted accepted =
        MessageAccepted.newBuilder()
            .setQueueId(QueueId.next(partition).value())
            .addGroups(RecipientGroup.newBuilder().setOrganization("contoso").addRecipients(0))
            .addAllContent(segments)
            .build();
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(log.producer())) {
      long offset =
          producer
              .send(
                  new ProducerRecord<>(
                      Topics.MAIL_ACCEPTED,
                      partition,
                      accepted.getQueueId(),
                      accepted.toByteArray()))
              .get()
              .offset();
      return new Mail(accepted, offset, content);
    }
  }

  private static void ask(Mail mail, NoticeKind kind) throws Exception {
    NoticeRequested notice =
        NoticeRequested.newBuilder()
            .setNoticeId(mail.queueId() + "/keep")
            .setKind(kind)
            .setQueueId(mail.queueId())
            .setAcceptedOffset(mail.offset())
            .setOrganization("contoso")
            .addRecipients(RecipientOutcome.newBuilder().setRecipient(7).setKind(OutcomeKind.HELD))
            .build();
    raw(mail.partition(), mail.queueId(), notice.toByteArray());
  }

  private static void raw(int partition, String key, byte[] value) throws Exception {
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(log.producer())) {
      producer.send(new ProducerRecord<>(Topics.MAIL_NOTICES, partition, key, value)).get();
    }
  }

  /** The broker forgets the content, as retention would. */
  private static void forget(Mail mail) throws Exception {
    ContentReference reference = mail.accepted().getContent(1).getReference();
    try (Admin admin = Admin.create(log.admin())) {
      var unused =
          admin
              .deleteRecords(
                  Map.of(
                      new TopicPartition(reference.getTopic(), reference.getPartition()),
                      RecordsToDelete.beforeOffset(reference.getLastOffset() + 1)))
              .all()
              .get();
    }
  }

  private static void assertMoved(Mail mail, OutcomeRecorded outcome) throws Exception {
    List<ContentSegment> moved = outcome.getMovedContentList();
    assertThat(moved).hasSize(2);
    assertThat(moved.getFirst()).isEqualTo(mail.accepted().getContent(0));
    ContentReference copy = moved.getLast().getReference();
    ContentReference source = mail.accepted().getContent(1).getReference();
    assertThat(copy.getTopic()).isEqualTo(Topics.MAIL_CONTENT_HELD);
    assertThat(copy.getPartition()).isEqualTo(mail.partition());
    assertThat(copy.getSize()).isEqualTo(source.getSize());
    assertThat(copy.getSha256()).isEqualTo(source.getSha256());
    assertThat(read(reader, moved)).isEqualTo(mail.content());
  }

  private static byte[] read(ContentReader from, List<ContentSegment> segments) throws Exception {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (ContentStream stream = from.open(segments)) {
      for (ByteBuffer buffer = stream.next(); buffer != null; buffer = stream.next()) {
        byte[] piece = new byte[buffer.remaining()];
        buffer.get(piece);
        all.writeBytes(piece);
      }
    }
    return all.toByteArray();
  }

  private static List<ConsumerRecord<String, byte[]>> awaitAnswers(Mail mail, int count) {
    return Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> answers(mail), found -> found.size() >= count);
  }

  /** All answers about a message that are committed now. */
  private static List<ConsumerRecord<String, byte[]>> answers(Mail mail) {
    List<ConsumerRecord<String, byte[]>> found = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(log.reader(true))) {
      TopicPartition home = new TopicPartition(Topics.MAIL_OUTCOMES, mail.partition());
      consumer.assign(List.of(home));
      consumer.seekToBeginning(List.of(home));
      long end = consumer.endOffsets(List.of(home)).getOrDefault(home, 0L);
      while (consumer.position(home) < end) {
        consumer.poll(Duration.ofMillis(100)).records(home).stream()
            .filter(record -> mail.queueId().equals(record.key()))
            .forEach(found::add);
      }
    }
    return found;
  }

  private static OutcomeRecorded parse(ConsumerRecord<String, byte[]> record)
      throws InvalidProtocolBufferException {
    return OutcomeRecorded.parseFrom(record.value());
  }

  private static long heldEnd(Mail mail) {
    return end(Topics.MAIL_CONTENT_HELD, mail.partition());
  }

  private static long noticesEnd(Mail mail) {
    return end(Topics.MAIL_NOTICES, mail.partition());
  }

  private static long end(String topic, int partition) {
    try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(log.reader(false))) {
      TopicPartition home = new TopicPartition(topic, partition);
      return consumer.endOffsets(List.of(home)).getOrDefault(home, -1L);
    }
  }

  private static long position(Mail mail) throws Exception {
    try (Admin admin = Admin.create(log.admin())) {
      OffsetAndMetadata committed =
          admin
              .listConsumerGroupOffsets(ConsumerGroups.DELIVERY_KEEPER)
              .partitionsToOffsetAndMetadata()
              .get()
              .get(new TopicPartition(Topics.MAIL_NOTICES, mail.partition()));
      return committed == null ? -1 : committed.offset();
    }
  }

  private static String header(ConsumerRecord<String, byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.US_ASCII);
  }

  private static ContentSegment segment(ContentReference reference) {
    return ContentSegment.newBuilder().setReference(reference).build();
  }
}
