package io.postern.log.sending;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.contracts.Headers;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ContentReference;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.Mail;
import io.postern.log.TestLog;
import io.postern.log.content.ContentReader;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * G1: 250 means durable. Log slow or down: said in bounded time, never a lie, never an unbounded
 * buffer.
 */
class MessageLogTest {
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final Duration LONG = Duration.ofSeconds(60);
  private static TestLog log;
  private final Random random = new Random(3);
  private MessageLog messages;

  /** For what has to give up in time; whatever has to succeed has the patience of production. */
  private MessageLog impatient;

  @BeforeAll
  static void start() throws Exception {
    log = TestLog.shared();
  }

  @AfterAll
  static void stop() {
    log.close();
  }

  @BeforeEach
  void open() {
    messages = new MessageLog(log.settings, 4);
    impatient = new MessageLog(log.settings, 4, PATIENCE);
  }

  @AfterEach
  void close() {
    messages.close();
    impatient.close();
  }

  @Test
  void g1_anAcceptedMessageIsInItsHomePartitionWithItsOrganization() throws Exception {
    Mail mail = Mail.send(messages, Mail.bytes(random, 10_000));

    QueueId id = QueueId.parse(mail.accepted().getQueueId());
    assertThat(mail.reference().getPartition()).isEqualTo(id.partition());
    assertThat(mail.reference().getSize()).isEqualTo(10_000);
    Map<String, ConsumerRecord<String, byte[]>> all = accepted();
    assertThat(all).containsKey(id.value());
    ConsumerRecord<String, byte[]> accepted = Objects.requireNonNull(all.get(id.value()));
    assertThat(accepted.partition()).isEqualTo(id.partition());
    assertThat(MessageAccepted.parseFrom(accepted.value())).isEqualTo(mail.accepted());
    assertThat(accepted.headers().lastHeader(Headers.ORGANIZATION).value())
        .asString()
        .isEqualTo("contoso");
  }

  @Test
  void g1_manySessionsAtOnceLoseNothing() throws Exception {
    List<Mail> sent = new ArrayList<>();
    try (ExecutorService sessions = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Mail>> mails =
          IntStream.range(0, 300)
              .mapToObj(
                  i ->
                      sessions.submit(
                          () ->
                              Mail.send(messages, Mail.bytes(new Random(i), 1 + (i % 40) * 5_000))))
              .toList();
      for (Future<Mail> mail : mails) {
        sent.add(mail.get());
      }
    }
    assertThat(messages.comingEnvelopes()).isZero();
    assertThat(accepted())
        .containsKeys(sent.stream().map(m -> m.accepted().getQueueId()).toArray(String[]::new));
    try (ContentReader reader = new ContentReader(log.settings)) {
      for (Mail mail : sent) {
        assertThat(Mail.read(reader, mail.accepted().getContentList())).isEqualTo(mail.content());
      }
    }
  }

  @Test
  void g1_aStalledLogIsSaidInBoundedTimeAndLaterWorksAgain() throws Exception {
    awaitSent();
    Intake content = impatient.begin();
    content.write(ByteBuffer.wrap(new byte[10]));
    AtomicReference<Intake> begun = new AtomicReference<>();
    ContentReference reference =
        org.awaitility.Awaitility.await()
            .atMost(LONG)
            .ignoreExceptionsInstanceOf(LogUnavailableException.class)
            .until(
                () -> {
                  Intake next = impatient.begin();
                  next.write(ByteBuffer.wrap(new byte[10]));
                  begun.set(next);
                  return next.finishContent();
                },
                Objects::nonNull);
    Intake envelope = Objects.requireNonNull(begun.get());
    log.broker.pause();
    try {
      assertUnavailableInTime(content::finishContent);
      MessageAccepted message =
          MessageAccepted.newBuilder()
              .setQueueId(envelope.queueId().value())
              .addContent(
                  io.postern.contracts.v1.ContentSegment.newBuilder().setReference(reference))
              .build();
      assertUnavailableInTime(() -> envelope.accept(message));
      // A large message does not fill the memory: it blocks at 2 MiB and gives up.
      Intake large = impatient.begin();
      assertUnavailableInTime(
          () -> {
            for (int i = 0; i < 200; i++) {
              large.write(ByteBuffer.wrap(new byte[50_000]));
            }
          });
    } finally {
      log.broker.resume();
    }
    awaitSent();
    content.abandon();
    envelope.abandon();
    assertThat(impatient.comingEnvelopes()).isZero();
  }

  @Test
  void g1_whatWasAcceptedIsThereAfterTheBrokerWasKilled() throws Exception {
    List<Mail> sent = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      sent.add(Mail.send(messages, Mail.bytes(random, 20_000)));
    }
    awaitSent();
    log.broker.kill();
    Intake during = impatient.begin();
    during.write(ByteBuffer.wrap(new byte[10]));
    assertUnavailableInTime(during::finishContent);
    log.broker.restart();

    assertThat(accepted())
        .containsKeys(sent.stream().map(m -> m.accepted().getQueueId()).toArray(String[]::new));
    try (ContentReader reader = new ContentReader(log.settings)) {
      for (Mail mail : sent) {
        assertThat(Mail.read(reader, mail.accepted().getContentList())).isEqualTo(mail.content());
      }
    }
    awaitSent();
  }

  @Test
  void g1_aLogThatNeverCameIsSaidInBoundedTime() {
    LogSettings nowhere = new LogSettings(Map.of("bootstrap.servers", "127.0.0.1:1"));
    try (MessageLog away = new MessageLog(nowhere, 4, PATIENCE)) {
      Intake intake = away.begin();
      assertUnavailableInTime(
          () -> {
            intake.write(ByteBuffer.wrap(new byte[10]));
            intake.finishContent();
          });
    }
  }

  @Test
  void theEnvelopeIsRefusedBeforeItsContentIsDurable() {
    Intake intake = messages.begin();
    MessageAccepted message =
        MessageAccepted.newBuilder().setQueueId(intake.queueId().value()).build();
    assertThatThrownBy(() -> intake.accept(message)).isInstanceOf(IllegalStateException.class);
    intake.abandon();
    assertThatThrownBy(intake::finishContent).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anEnvelopeOfAnotherMessageOrTooLargeIsRefused() throws Exception {
    Intake intake = messages.begin();
    var unused = intake.finishContent();
    MessageAccepted other =
        MessageAccepted.newBuilder().setQueueId(QueueId.next(0).value()).build();
    assertThatThrownBy(() -> intake.accept(other)).isInstanceOf(IllegalArgumentException.class);
    MessageAccepted large =
        MessageAccepted.newBuilder()
            .setQueueId(intake.queueId().value())
            .setHeaderBlock(com.google.protobuf.ByteString.copyFrom(new byte[1_000_000]))
            .build();
    assertThatThrownBy(() -> intake.accept(large)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void afterAFatalErrorTheProducerIsMadeAnew() throws Exception {
    try (DurableSender sender = new DurableSender(log.settings, LONG, 1 << 20)) {
      var failed = sender.current();
      failed.close();
      var message =
          new org.apache.kafka.clients.producer.ProducerRecord<>(
              Topics.MAIL_CONTENT, 0, "k", new byte[1]);
      assertThatThrownBy(() -> sender.send(failed, message, (m, e) -> {}))
          .isInstanceOf(LogUnavailableException.class);
      assertThat(sender.current()).isNotSameAs(failed);
      Acknowledgements answers = new Acknowledgements();
      int number = answers.sending(1);
      sender.send(
          sender.current(),
          message,
          (m, e) -> answers.answered(number, 1, e == null ? m.offset() : -1, e));
      assertThat(answers.awaitAll(LONG)).hasSize(1);
    }
  }

  /** The impatient one can send; that it has given up before is not what is asked. */
  private void awaitSent() {
    org.awaitility.Awaitility.await()
        .atMost(LONG)
        .ignoreExceptionsInstanceOf(LogUnavailableException.class)
        .until(() -> Mail.send(impatient, Mail.bytes(random, 100)) != null);
  }

  private static void assertUnavailableInTime(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    long start = System.nanoTime();
    assertThatThrownBy(call).isInstanceOf(LogUnavailableException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isLessThan(PATIENCE.multipliedBy(2).plusSeconds(1));
  }

  private static Map<String, ConsumerRecord<String, byte[]>> accepted() {
    Map<String, ConsumerRecord<String, byte[]>> all = new HashMap<>();
    try (KafkaConsumer<String, byte[]> reader = log.reader(true)) {
      List<TopicPartition> partitions =
          IntStream.range(0, 4).mapToObj(p -> new TopicPartition(Topics.MAIL_ACCEPTED, p)).toList();
      reader.assign(partitions);
      reader.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = reader.endOffsets(partitions);
      while (ends.entrySet().stream().anyMatch(e -> reader.position(e.getKey()) < e.getValue())) {
        reader.poll(Duration.ofMillis(100)).forEach(r -> all.put(r.key(), r));
      }
    }
    return all;
  }
}
