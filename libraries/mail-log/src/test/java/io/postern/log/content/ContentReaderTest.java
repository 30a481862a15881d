package io.postern.log.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ContentChunk;
import io.postern.contracts.v1.ContentReference;
import io.postern.contracts.v1.ContentSegment;
import io.postern.log.LogUnavailableException;
import io.postern.log.Mail;
import io.postern.log.TestLog;
import io.postern.log.content.ContentException.Kind;
import io.postern.log.sending.HeldContent;
import io.postern.log.sending.Intake;
import io.postern.log.sending.MessageLog;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** G10: the content leaves as it came; G6: in bounded memory. */
@Timeout(120)
class ContentReaderTest {
  private static TestLog log;
  private static MessageLog messages;
  private static ContentReader reader;
  private final Random random = new Random(4);

  @BeforeAll
  static void start() throws Exception {
    log = TestLog.shared();
    messages = new MessageLog(log.settings, 4);
    reader = new ContentReader(log.settings);
  }

  @AfterAll
  static void stop() {
    reader.close();
    messages.close();
    log.close();
  }

  @Test
  void g10_interleavedMessagesAreReadBackByteForByte() throws Exception {
    // Chunks of six messages of one partition alternate.
    List<byte[]> contents = new ArrayList<>();
    List<Intake> intakes = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      contents.add(Mail.bytes(random, 100_000 + random.nextInt(900_000)));
      intakes.add(messages.begin());
    }
    for (int at = 0; at < 1_000_000; at += 70_000) {
      for (int i = 0; i < 6; i++) {
        int length = Math.min(70_000, contents.get(i).length - at);
        if (length > 0) {
          intakes.get(i).write(ByteBuffer.wrap(contents.get(i), at, length));
        }
      }
    }
    List<Mail> mails = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      mails.add(Mail.finish(intakes.get(i), contents.get(i)));
    }
    assertThat(mails)
        .anySatisfy(m -> assertThat(m.reference().getChunkStepsList()).anyMatch(s -> s > 1));
    Collections.shuffle(mails, random);
    for (Mail mail : mails) {
      assertThat(Mail.read(reader, mail.accepted().getContentList())).isEqualTo(mail.content());
      // A reference without steps is found as well.
      ContentReference bare = mail.reference().toBuilder().clearChunkSteps().build();
      assertThat(Mail.read(reader, List.of(segment(bare)))).isEqualTo(mail.content());
    }
  }

  @Test
  void everyBufferHasAnArrayAndAWriterThatTakesItDisturbsNobody() throws Exception {
    byte[] content = Mail.bytes(random, 300_000);
    Mail mail = Mail.send(messages, content);
    List<ContentSegment> segments =
        List.of(
            ContentSegment.newBuilder()
                .setInline(ByteString.copyFromUtf8("Received: x\r\n"))
                .build(),
            segment(mail.reference()));
    for (int round = 0; round < 2; round++) {
      try (ContentStream stream = reader.open(segments)) {
        ByteBuffer inline = stream.next();
        assertThat(inline).isNotNull();
        if (inline != null) {
          assertThat(inline.hasArray()).isTrue();
          assertThat(StandardCharsets.US_ASCII.decode(inline).toString())
              .isEqualTo("Received: x\r\n");
        }
        int at = 0;
        for (ByteBuffer next = stream.next(); next != null; next = stream.next()) {
          assertThat(next.hasArray()).isTrue();
          assertThat(next.mismatch(ByteBuffer.wrap(content, at, next.remaining()))).isEqualTo(-1);
          at += next.remaining();
          next.position(next.limit()); // as a writer leaves it
        }
        assertThat(at).isEqualTo(content.length);
      }
    }
  }

  @Test
  void aStringOfSeveralPartsIsASliceToo() {
    ByteString parts = ByteString.copyFromUtf8("a".repeat(200));
    parts = parts.concat(ByteString.copyFromUtf8("b".repeat(200)));
    ByteBuffer slice = Slices.of(parts);
    assertThat(slice.hasArray()).isTrue();
    assertThat(ByteString.copyFrom(slice)).isEqualTo(parts);
    assertThat(Slices.of(ByteString.EMPTY).hasRemaining()).isFalse();
  }

  @Test
  void aChunksDataIsNotCopied() throws Exception {
    byte[] record =
        ContentChunk.newBuilder()
            .setQueueId("id")
            .setData(ByteString.copyFromUtf8("a".repeat(200)))
            .build()
            .toByteArray();
    assertThat(Slices.of(Passage.chunk(record).getData()).array()).isSameAs(record);
  }

  @Test
  void g10_manyDeliveriesAtOnceInAnyOrder() throws Exception {
    List<Mail> mails = new ArrayList<>();
    try (ExecutorService sessions = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Mail>> sending = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        int seed = i;
        sending.add(
            sessions.submit(() -> Mail.send(messages, Mail.bytes(new Random(seed), 10_000))));
      }
      for (Future<Mail> mail : sending) {
        mails.add(mail.get());
      }
      for (int round = 0; round < 2; round++) {
        List<Future<byte[]>> reading = new ArrayList<>();
        for (Mail mail : mails) {
          reading.add(sessions.submit(() -> Mail.read(reader, mail.accepted().getContentList())));
        }
        for (int i = 0; i < mails.size(); i++) {
          assertThat(reading.get(i).get()).isEqualTo(mails.get(i).content());
        }
        Collections.shuffle(mails, random);
      }
    }
  }

  @Test
  void g10_inlineSegmentsStandWhereTheyBelong() throws Exception {
    Mail mail = Mail.send(messages, "body\r\n".getBytes(StandardCharsets.US_ASCII));
    List<ContentSegment> segments =
        List.of(
            inline("Received: x\r\n"),
            segment(mail.reference()),
            inline(""),
            segment(mail.reference()),
            inline("end"));
    assertThat(Mail.read(reader, segments))
        .asString()
        .isEqualTo("Received: x\r\nbody\r\nbody\r\nend");
    assertThat(Mail.read(reader, List.of())).isEmpty();
    assertThat(Mail.read(reader, Mail.send(messages, new byte[0]).accepted().getContentList()))
        .isEmpty();
  }

  @Test
  void g6_fortyMegabytesStreamThroughAndASlowReaderDelaysNobody() throws Exception {
    byte[] large = Mail.bytes(random, 40 << 20);
    Mail mail = Mail.send(messages, large);
    List<ContentStream> slow = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      ContentStream stream = reader.open(mail.accepted().getContentList());
      slow.add(stream);
      assertThat(stream.next()).isNotNull();
    }
    // Others are read while thirty peers have stopped reading. One of them may meet a stall of the
    // machine; if the peers delayed them, it would be all.
    List<Duration> times = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Mail small = Mail.send(messages, Mail.bytes(random, 10_000));
      long start = System.nanoTime();
      assertThat(Mail.read(reader, small.accepted().getContentList())).isEqualTo(small.content());
      times.add(Duration.ofNanos(System.nanoTime() - start));
    }
    Collections.sort(times);
    assertThat(times.get(10)).isLessThan(Duration.ofSeconds(3));
    assertThat(reader.buffered()).isLessThan(24 << 20);
    slow.subList(1, slow.size()).forEach(ContentStream::close);
    MessageDigest digest = Fingerprints.digest();
    ContentStream stream = slow.getFirst();
    for (ByteBuffer buffer = stream.next(); buffer != null; buffer = stream.next()) {
      digest.update(buffer);
    }
    stream.close();
    byte[] all = Mail.read(reader, mail.accepted().getContentList());
    assertThat(all).isEqualTo(large);
    org.awaitility.Awaitility.await().untilAsserted(() -> assertThat(reader.buffered()).isZero());
  }

  @Test
  void damageIsFoundBeforeTheLastBuffer() throws Exception {
    Mail mail = Mail.send(messages, Mail.bytes(random, 200_000));
    ContentReference good = mail.reference();
    assertDamaged(good.toBuilder().setSha256(ByteString.copyFrom(new byte[32])).build(), 200_000);
    assertDamaged(good.toBuilder().setSize(199_999).build(), 200_000);
    assertDamaged(good.toBuilder().setSize(200_001).build(), 200_000);
    assertDamaged(
        good.toBuilder().setLastOffset(good.getLastOffset() - 1).clearChunkSteps().build(),
        200_000);
    assertDamaged(good.toBuilder().setTopic(Topics.MAIL_ACCEPTED).build(), 1);
    assertDamaged(good.toBuilder().setLastOffset(good.getFirstOffset() - 1).build(), 1);
  }

  @Test
  void nothingOfAnotherMessageIsReadWhereOffsetsWereUsedAgain() throws Exception {
    Mail other = Mail.send(messages, Mail.bytes(random, 600_000));
    assertThat(other.reference().getQueueId()).isEqualTo(other.accepted().getQueueId());
    ContentReference ours =
        other.reference().toBuilder().setQueueId(QueueId.next(2).value()).build();
    assertDamaged(ours, 1);
    assertDamaged(ours.toBuilder().clearChunkSteps().build(), 1);
    try (HeldContent held = new HeldContent(log.settings)) {
      ContentReference copy = copy(held, other, other.reference(), () -> false);
      assertThat(copy.getQueueId()).isEqualTo(other.accepted().getQueueId());
      assertDamaged(copy.toBuilder().setQueueId(ours.getQueueId()).build(), 1);
    }
    // Written before references said whose they are; and a DSN's, which says it is the original's.
    ContentReference unnamed = other.reference().toBuilder().clearQueueId().build();
    assertThat(Mail.read(reader, List.of(segment(unnamed)))).isEqualTo(other.content());
    assertThat(Mail.read(reader, List.of(inline("DSN"), segment(other.reference()))))
        .hasSize(other.content().length + 3);
  }

  @Test
  void contentThatRetentionTookIsGone() throws Exception {
    Mail mail = Mail.send(messages, Mail.bytes(random, 200_000));
    ContentReference reference = mail.reference();
    try (Admin admin = log.admin()) {
      TopicPartition partition = new TopicPartition(reference.getTopic(), reference.getPartition());
      admin
          .deleteRecords(
              Map.of(partition, RecordsToDelete.beforeOffset(reference.getFirstOffset() + 1)))
          .all()
          .get();
    }
    try (ContentReader fresh = new ContentReader(log.settings)) {
      assertKind(fresh, reference, Kind.GONE);
      assertKind(
          fresh,
          reference.toBuilder().setFirstOffset(1_000_000).setLastOffset(1_000_003).build(),
          Kind.GONE);
      // The others of that partition go on.
      Mail next = Mail.send(messages, Mail.bytes(random, 10_000));
      assertThat(Mail.read(fresh, next.accepted().getContentList())).isEqualTo(next.content());
    }
  }

  @Test
  void heldContentWrittenInATransactionIsRead() throws Exception {
    byte[] first = Mail.bytes(random, 1_000);
    byte[] second = Mail.bytes(random, 1_000);
    MessageDigest digest = Fingerprints.digest();
    digest.update(first);
    digest.update(second);
    long from;
    long to;
    try (KafkaProducer<String, byte[]> producer = log.transactionalProducer()) {
      producer.beginTransaction();
      from = producer.send(held(0, first, false)).get().offset();
      producer.commitTransaction();
      producer.beginTransaction();
      to = producer.send(held(1, second, true)).get().offset();
      producer.commitTransaction();
    }
    assertThat(to).isEqualTo(from + 2);
    ContentReference reference =
        ContentReference.newBuilder()
            .setTopic(Topics.MAIL_CONTENT_HELD)
            .setPartition(2)
            .setFirstOffset(from)
            .setLastOffset(to)
            .setSize(2_000)
            .setSha256(ByteString.copyFrom(digest.digest()))
            .build();
    assertThat(Mail.read(reader, List.of(segment(reference)))).startsWith(first).endsWith(second);
  }

  @Test
  void g2_aCopyForAHoldIsReadByteForByteAndCheckedAgainstWhatWasAccepted() throws Exception {
    try (HeldContent held = new HeldContent(log.settings)) {
      for (int size : List.of(0, 1, 120 * 1024, 120 * 1024 + 1, 5 << 20)) {
        Mail mail = Mail.send(messages, Mail.bytes(random, size));
        ContentReference copy = copy(held, mail, mail.reference(), () -> false);
        assertThat(copy.getTopic()).isEqualTo(Topics.MAIL_CONTENT_HELD);
        assertThat(copy.getPartition()).isEqualTo(mail.reference().getPartition());
        assertThat(copy.getSha256()).isEqualTo(mail.reference().getSha256());
        assertThat(Mail.read(reader, List.of(segment(copy)))).isEqualTo(mail.content());
        ContentReference bare = copy.toBuilder().clearChunkSteps().build();
        assertThat(Mail.read(reader, List.of(segment(bare)))).isEqualTo(mail.content());
      }
      Mail mail = Mail.send(messages, Mail.bytes(random, 200_000));
      ContentReference other = mail.reference().toBuilder().setSize(200_001).build();
      assertThatThrownBy(() -> copy(held, mail, other, () -> false))
          .isInstanceOf(ContentException.class);
      assertThatThrownBy(() -> copy(held, mail, mail.reference(), () -> true))
          .isInstanceOf(LogUnavailableException.class);
    }
  }

  @Test
  void copiesOfTheSameContentThatTwoWritersMakeAtTheSameTimeAreBothReadable() throws Exception {
    // One was paused in its copy, and goes on while its successor makes another.
    Mail mail = Mail.send(messages, Mail.bytes(random, 3 << 20));
    try (HeldContent held = new HeldContent(log.settings);
        ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<ContentReference>> copies = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        copies.add(writers.submit(() -> copy(held, mail, mail.reference(), () -> false)));
      }
      for (Future<ContentReference> each : copies) {
        ContentReference copy = each.get();
        assertThat(Mail.read(reader, List.of(segment(copy)))).isEqualTo(mail.content());
        ContentReference bare = copy.toBuilder().clearChunkSteps().build();
        assertThat(Mail.read(reader, List.of(segment(bare)))).isEqualTo(mail.content());
      }
      assertThat(copies)
          .anySatisfy(c -> assertThat(c.get().getChunkStepsList()).anyMatch(step -> step > 1));
    }
  }

  private static ContentReference copy(
      HeldContent held, Mail mail, ContentReference source, BooleanSupplier givenUp)
      throws Exception {
    try (ContentStream content = reader.open(List.of(segment(source)))) {
      return held.copy(QueueId.parse(mail.accepted().getQueueId()), source, content, givenUp);
    }
  }

  @Test
  void aStalledLogIsSaidInBoundedTimeAndLaterReadsAgain() throws Exception {
    Mail mail = Mail.send(messages, Mail.bytes(random, 10_000));
    try (ContentReader impatient = new ContentReader(log.settings, Duration.ofSeconds(1))) {
      log.broker.pause();
      try {
        assertKind(impatient, mail.reference(), Kind.UNAVAILABLE);
      } finally {
        log.broker.resume();
      }
      org.awaitility.Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .ignoreExceptionsInstanceOf(ContentException.class)
          .untilAsserted(
              () ->
                  assertThat(Mail.read(impatient, mail.accepted().getContentList()))
                      .isEqualTo(mail.content()));
    }
  }

  @Test
  void closingTheReaderEndsItsStreams() throws Exception {
    Mail mail = Mail.send(messages, Mail.bytes(random, 10 << 20));
    ContentReader closing = new ContentReader(log.settings);
    ContentStream stream = closing.open(mail.accepted().getContentList());
    assertThat(stream.next()).isNotNull();
    closing.close();
    assertThatThrownBy(() -> Mail.read(stream))
        .isInstanceOfSatisfying(
            ContentException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
    assertKind(closing, mail.reference(), Kind.UNAVAILABLE);
  }

  private static void assertDamaged(ContentReference reference, int below) {
    int[] received = {0};
    assertThatThrownBy(
            () -> {
              try (ContentStream stream = reader.open(List.of(segment(reference)))) {
                for (ByteBuffer buffer = stream.next(); buffer != null; buffer = stream.next()) {
                  received[0] += buffer.remaining();
                }
              }
            })
        .isInstanceOfSatisfying(
            ContentException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DAMAGED));
    assertThat(received[0]).isLessThan(below);
  }

  private static void assertKind(ContentReader from, ContentReference reference, Kind kind) {
    assertThatThrownBy(() -> Mail.read(from, List.of(segment(reference))))
        .isInstanceOfSatisfying(ContentException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }

  private static ProducerRecord<String, byte[]> held(int index, byte[] data, boolean last) {
    ContentChunk chunk =
        ContentChunk.newBuilder()
            .setQueueId("held")
            .setIndex(index)
            .setData(ByteString.copyFrom(data))
            .setLast(last)
            .build();
    return new ProducerRecord<>(Topics.MAIL_CONTENT_HELD, 2, "held", chunk.toByteArray());
  }

  private static ContentSegment segment(ContentReference reference) {
    return ContentSegment.newBuilder().setReference(reference).build();
  }

  private static ContentSegment inline(String text) {
    return ContentSegment.newBuilder().setInline(ByteString.copyFromUtf8(text)).build();
  }
}
