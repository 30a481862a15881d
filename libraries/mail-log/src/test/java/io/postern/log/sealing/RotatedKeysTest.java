package io.postern.log.sealing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.contracts.AcceptedContent;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ContentReference;
import io.postern.contracts.v1.ContentSegment;
import io.postern.log.Mail;
import io.postern.log.TestLog;
import io.postern.log.content.ContentException;
import io.postern.log.content.ContentReader;
import io.postern.log.content.ContentStream;
import io.postern.log.reading.TopicScan;
import io.postern.log.rules.KeyUse;
import io.postern.log.sending.HeldContent;
import io.postern.log.sending.MessageLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Keys that are replaced for 25 days, by a clock that the test holds, and forgotten by the broker
 * after seven of them. A held message's content outlives its key, and no other does.
 */
@Timeout(180)
class RotatedKeysTest {
  private static final int DAYS = 25;
  private static final int KEYS_A_DAY = 4;
  private static final Duration BETWEEN = Duration.ofDays(1).dividedBy(KEYS_A_DAY);
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final Random random = new Random(7);
  private final List<Long> written = new ArrayList<>(); // by the held clock, by offset
  private long now;

  @Test
  void aHeldContentOutlivesItsKeyAndNoOtherDoes() throws Exception {
    try (TestLog log = TestLog.shared();
        HeldContent copier = new HeldContent(log.settings)) {
      SealingKeys keys =
          new SealingKeys(
              key -> {
                SealingKeys.write(log.settings, key);
                written.add(now);
              },
              () -> now);
      List<Mail> sent = new ArrayList<>(); // one a day
      ContentReference copy = ContentReference.getDefaultInstance();
      try (MessageLog messages = new MessageLog(log.settings, 4, PATIENCE, keys::current)) {
        for (int day = 0; day < DAYS; day++) {
          keys.renew();
          Mail mail = Mail.send(messages, Mail.bytes(random, 1_000));
          assertThat(mail.reference().getTopic()).isEqualTo(Topics.MAIL_ACCEPTED);
          sent.add(mail);
          if (day == 0) {
            copy = copied(log, copier, mail);
          }
          check(log, sent, copy);
          for (int i = 0; i < KEYS_A_DAY; i++) {
            now += BETWEEN.toNanos();
            assertThat(keys.current()).as("its time is over").isNull();
            keys.renew();
          }
          forget(log);
        }
      }
      assertThat(written).hasSize(1 + KEYS_A_DAY * DAYS);
    }
  }

  /** As after a topic that was deleted, or an end that was lost with the power of all brokers. */
  @Test
  void whatWasSealedWithAKeyThatItsTopicLostOpensWhenIngressHasWrittenItAgain() throws Exception {
    try (TestLog log = TestLog.shared()) {
      SealingKeys keys = new SealingKeys(key -> SealingKeys.write(log.settings, key), () -> now);
      try (MessageLog messages = new MessageLog(log.settings, 4, PATIENCE, keys::current)) {
        keys.renew();
        Mail before = Mail.send(messages, Mail.bytes(random, 1_000));
        lose(log, -1);
        Mail after = Mail.send(messages, Mail.bytes(random, 1_000));
        List<ContentSegment> places = places(log, List.of(before, after));
        try (ContentReader reader = new ContentReader(log.settings)) {
          assertThatThrownBy(() -> Mail.read(reader, places.subList(1, 2)))
              .isInstanceOfSatisfying(
                  ContentException.class,
                  e -> assertThat(e.kind()).isEqualTo(ContentException.Kind.KEYLESS));
        }
        now += KeyUse.AGAIN.toNanos();
        keys.renew();
        try (ContentReader reader = new ContentReader(log.settings)) {
          assertThat(Mail.read(reader, places.subList(0, 1))).isEqualTo(before.content());
          assertThat(Mail.read(reader, places.subList(1, 2))).isEqualTo(after.content());
        }
      }
    }
  }

  private static ContentReference copied(TestLog log, HeldContent copier, Mail mail)
      throws Exception {
    ContentSegment original = places(log, List.of(mail)).getFirst();
    try (ContentReader reader = new ContentReader(log.settings);
        ContentStream content = reader.open(List.of(original))) {
      QueueId queueId = QueueId.parse(mail.accepted().getQueueId());
      return copier.copy(queueId, original.getReference(), content, () -> false);
    }
  }

  /** As retention would, by the held clock. */
  private void forget(TestLog log) throws Exception {
    lose(log, written.stream().filter(at -> now - at > Topics.CONTENT_KEPT.toNanos()).count());
  }

  /**
   * @param first offset that stays; -1: none does
   */
  private static void lose(TestLog log, long first) throws Exception {
    try (Admin admin = log.admin()) {
      var unused =
          admin
              .deleteRecords(
                  Map.of(
                      new TopicPartition(Topics.MAIL_CONTENT_KEYS, 0),
                      RecordsToDelete.beforeOffset(first)))
              .all()
              .get();
    }
  }

  private static void check(TestLog log, List<Mail> sent, ContentReference copy) throws Exception {
    List<ContentSegment> places = places(log, sent);
    try (ContentReader reader = new ContentReader(log.settings)) {
      for (int day = 0; day < sent.size(); day++) {
        List<ContentSegment> place = List.of(places.get(day));
        if (sent.size() - 1 - day <= 6) {
          assertThat(Mail.read(reader, place)).isEqualTo(sent.get(day).content());
        } else if (sent.size() - 1 - day > 7) {
          assertThatThrownBy(() -> Mail.read(reader, place))
              .isInstanceOfSatisfying(
                  ContentException.class,
                  e -> assertThat(e.kind()).isEqualTo(ContentException.Kind.KEYLESS));
        }
      }
      assertThat(Mail.read(reader, List.of(ContentSegment.newBuilder().setReference(copy).build())))
          .isEqualTo(sent.getFirst().content());
    }
  }

  private static List<ContentSegment> places(TestLog log, List<Mail> mails) throws Exception {
    Map<String, Long> offsets = new HashMap<>();
    try (TopicScan scan = new TopicScan(log.settings, PATIENCE)) {
      scan.read(
          scan.partitions(Topics.MAIL_ACCEPTED),
          0,
          record -> offsets.put(record.key(), record.offset()));
    }
    return mails.stream()
        .map(
            mail ->
                AcceptedContent.of(
                        mail.accepted(),
                        Objects.requireNonNull(offsets.get(mail.accepted().getQueueId())))
                    .getFirst())
        .toList();
  }
}
