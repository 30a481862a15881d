package io.postern.log.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.postern.contracts.AcceptedContent;
import io.postern.contracts.Headers;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ContentReference;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.log.Mail;
import io.postern.log.TestLog;
import io.postern.log.content.ContentException.Kind;
import io.postern.log.reading.TopicScan;
import io.postern.log.sealing.SealingKey;
import io.postern.log.sealing.SealingKeys;
import io.postern.log.sending.MessageLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Small contents in the records of their envelopes, through a broker (docs/decisions/0105). */
@Timeout(120)
class SealedContentTest {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final int LARGEST = 16 * 1024;

  private static TestLog log;
  private static SealingKeys keys;
  private static MessageLog messages;
  private static ContentReader reader;
  private final Random random = new Random(6);

  @BeforeAll
  static void start() throws Exception {
    log = TestLog.shared();
    keys = new SealingKeys(log.settings);
    keys.renew();
    messages = new MessageLog(log.settings, 4, PATIENCE, keys::current);
    reader = new ContentReader(log.settings);
  }

  @AfterAll
  static void stop() {
    reader.close();
    messages.close();
    log.close();
  }

  @Test
  void aContentOfUpTo16KibIsSealedInItsEnvelopesRecordAndNothingElseIsWritten() throws Exception {
    List<Mail> small = new ArrayList<>();
    for (int size : List.of(0, 1, 500, LARGEST - 1, LARGEST)) {
      small.add(Mail.send(messages, Mail.bytes(random, size)));
    }
    Mail large = Mail.send(messages, Mail.bytes(random, LARGEST + 1));
    Map<String, ConsumerRecord<String, byte[]>> envelopes = newest(Topics.MAIL_ACCEPTED);
    Set<String> contents = newest(Topics.MAIL_CONTENT).keySet();
    for (Mail mail : small) {
      ConsumerRecord<String, byte[]> record = of(envelopes, mail);
      assertThat(MessageAccepted.parseFrom(record.value())).isEqualTo(mail.accepted());
      assertThat(record.headers().lastHeader(Headers.LEVEL).value()).asString().isEqualTo("2");
      assertThat(record.headers().lastHeader(Headers.SEALED_CONTENT).value())
          .hasSize(mail.content().length + SealingKey.OVERHEAD);
      assertThat(contents).doesNotContain(mail.accepted().getQueueId());
      assertThat(Mail.read(reader, placed(mail, record))).isEqualTo(mail.content());
    }
    ConsumerRecord<String, byte[]> record = of(envelopes, large);
    assertThat(record.headers().lastHeader(Headers.LEVEL)).isNull();
    assertThat(record.headers().lastHeader(Headers.SEALED_CONTENT)).isNull();
    assertThat(contents).contains(large.accepted().getQueueId());
    assertThat(Mail.read(reader, placed(large, record))).isEqualTo(large.content());
  }

  @Test
  void withoutAKeyEachContentGoesInRecordsOfItsOwn() throws Exception {
    try (MessageLog without = new MessageLog(log.settings, 4)) {
      Mail mail = Mail.send(without, Mail.bytes(random, 1_000));
      assertThat(mail.reference().getTopic()).isEqualTo(Topics.MAIL_CONTENT);
      ConsumerRecord<String, byte[]> record = of(newest(Topics.MAIL_ACCEPTED), mail);
      assertThat(record.headers().lastHeader(Headers.LEVEL)).isNull();
    }
  }

  /** As a notification that returns the original refers to it. */
  @Test
  void anotherMessageReturnsAContentFromTheRecordWhereItIs() throws Exception {
    Mail mail = Mail.send(messages, Mail.bytes(random, 2_000));
    ContentSegment original = placed(mail, of(newest(Topics.MAIL_ACCEPTED), mail)).getFirst();
    ByteString front = ByteString.copyFromUtf8("--boundary\r\n\r\n");
    ByteString end = ByteString.copyFromUtf8("\r\n--boundary--\r\n");
    assertThat(
            Mail.read(
                reader,
                List.of(
                    ContentSegment.newBuilder().setInline(front).build(),
                    original,
                    ContentSegment.newBuilder().setInline(end).build())))
        .isEqualTo(front.concat(ByteString.copyFrom(mail.content())).concat(end).toByteArray());
  }

  @Test
  void manySessionsOfBothSizesLoseNothing() throws Exception {
    List<Mail> sent = new ArrayList<>();
    try (ExecutorService sessions = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Mail>> mails =
          IntStream.range(0, 300)
              .mapToObj(
                  i ->
                      sessions.submit(
                          () -> Mail.send(messages, Mail.bytes(new Random(i), i % 20 * 1_000))))
              .toList();
      for (Future<Mail> mail : mails) {
        sent.add(mail.get());
      }
    }
    Map<String, ConsumerRecord<String, byte[]>> envelopes = newest(Topics.MAIL_ACCEPTED);
    try (ContentReader fresh = new ContentReader(log.settings)) {
      for (int round = 0; round < 2; round++) { // forward, and back among what was read
        for (Mail mail : sent) {
          assertThat(Mail.read(fresh, placed(mail, of(envelopes, mail)))).isEqualTo(mail.content());
        }
      }
      assertThat(fresh.buffered()).isZero();
    }
  }

  @Test
  void aReferenceOpensNoOtherMessagesContent() throws Exception {
    Mail one = Mail.send(messages, Mail.bytes(random, 1_000));
    Mail other = Mail.send(messages, Mail.bytes(random, 1_000));
    Mail large = Mail.send(messages, Mail.bytes(random, LARGEST + 1));
    Map<String, ConsumerRecord<String, byte[]>> envelopes = newest(Topics.MAIL_ACCEPTED);
    ContentReference right = placed(one, of(envelopes, one)).getFirst().getReference();
    ConsumerRecord<String, byte[]> theirs = of(envelopes, other);
    ContentReference moved =
        right.toBuilder()
            .setPartition(theirs.partition())
            .setFirstOffset(theirs.offset())
            .setLastOffset(theirs.offset())
            .build();
    assertKind(moved, Kind.DAMAGED, "another message's");
    ConsumerRecord<String, byte[]> unsealed = of(envelopes, large);
    ContentReference unnamed =
        right.toBuilder()
            .setPartition(unsealed.partition())
            .setQueueId(large.accepted().getQueueId())
            .setFirstOffset(unsealed.offset())
            .setLastOffset(unsealed.offset())
            .build();
    assertKind(unnamed, Kind.DAMAGED, "cut, or of a form that is not known");
    assertKind(right.toBuilder().setSize(999).build(), Kind.DAMAGED, "size or digest");
    assertKind(right.toBuilder().clearQueueId().build(), Kind.DAMAGED, "without content");
    assertKind(
        right.toBuilder().setLastOffset(right.getLastOffset() + 1).build(),
        Kind.DAMAGED,
        "without content");
  }

  @Test
  void aContentWhoseKeyTheLogDoesNotHaveIsSaidSo() throws Exception {
    SealingKey lost = SealingKey.random();
    try (MessageLog restored = new MessageLog(log.settings, 4, PATIENCE, () -> lost)) {
      Mail mail = Mail.send(restored, Mail.bytes(random, 1_000));
      assertKind(
          placed(mail, of(newest(Topics.MAIL_ACCEPTED), mail)).getFirst().getReference(),
          Kind.KEYLESS,
          "its key " + lost.id() + " is not in mail.content.keys");
    }
  }

  private static void assertKind(ContentReference reference, Kind kind, String why) {
    ContentSegment segment = ContentSegment.newBuilder().setReference(reference).build();
    try (ContentStream stream = reader.open(List.of(segment))) {
      for (int call = 0; call < 2; call++) { // it never looks like an end
        ContentException failure =
            Objects.requireNonNull(catchThrowableOfType(ContentException.class, stream::next));
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure).hasMessageContaining(why);
      }
    }
  }

  private static List<ContentSegment> placed(Mail mail, ConsumerRecord<String, byte[]> record) {
    return AcceptedContent.of(mail.accepted(), record.offset());
  }

  private static ConsumerRecord<String, byte[]> of(
      Map<String, ConsumerRecord<String, byte[]>> records, Mail mail) {
    return Objects.requireNonNull(records.get(mail.accepted().getQueueId()));
  }

  private static Map<String, ConsumerRecord<String, byte[]>> newest(String topic) throws Exception {
    Map<String, ConsumerRecord<String, byte[]>> all = new HashMap<>();
    try (TopicScan scan = new TopicScan(log.settings, PATIENCE)) {
      scan.read(scan.partitions(topic), 0, record -> all.put(record.key(), record));
    }
    return all;
  }
}
