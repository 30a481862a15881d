package io.postern.log.level;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.ContractLevel;
import io.postern.contracts.Headers;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ReplicaAnnounced;
import io.postern.log.TestLog;
import io.postern.log.asking.LossySender;
import io.postern.log.reading.TopicFollower;
import io.postern.log.reading.TopicScan;
import io.postern.log.rules.ContractLevels;
import io.postern.log.topics.TopicsSetup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LevelTopicsTest {
  private static final int LATER = ContractLevel.READS + 1;

  private static LevelTopics topics(TestLog log, LossySender sender, String name) {
    ReplicaAnnounced self =
        ReplicaAnnounced.newBuilder().setReplica(name).setService("test").setReads(LATER).build();
    return new LevelTopics(log.settings, sender, self);
  }

  @Test
  void replicasAreSeenAndARaiseReachesThemAndOutlivesItsTopic() throws Exception {
    TestLog log = TestLog.shared();
    InstallationLevel installation = new InstallationLevel(log.settings);
    try (LossySender sender = new LossySender(log.settings)) {
      LevelTopics one = topics(log, sender, "one");
      LevelTopics two = topics(log, sender, "two");
      one.look();
      assertThat(one.levels().writes(LATER)).isFalse();
      one.announce();
      two.announce();

      assertThat(installation.read().replicas())
          .extracting(ContractLevels.Replica::name)
          .containsExactly("one", "two");
      assertThat(installation.read().hindrances(LATER, sender.clock().millis())).isEmpty();

      installation.raise(LATER, "anna");
      installation.raise(LATER, "bert");

      one.look();
      two.look();
      assertThat(one.levels().writes(LATER)).isTrue();
      assertThat(two.levels().writes(LATER)).isTrue();
      assertThat(installation.read().inForce()).isEqualTo(LATER);
      two.goodbye();
      assertThat(installation.read().replicas())
          .extracting(ContractLevels.Replica::name)
          .containsExactly("one");

      one.announce();
      loseTheLevel(log);
      assertThat(installation.read().inForce()).isEqualTo(LATER);
    }
  }

  /** As a release does that adds it: services make it beside mail. */
  private static void loseTheLevel(TestLog log) throws Exception {
    try (KafkaProducer<String, byte[]> producer = log.producer();
        Admin admin = log.admin()) {
      producer
          .send(new ProducerRecord<>(Topics.MAIL_ACCEPTED, 0, "id", new byte[0]))
          .get(60, TimeUnit.SECONDS);
      admin.deleteTopics(List.of(Topics.CONTRACT_LEVEL)).all().get(60, TimeUnit.SECONDS);
      await().until(() -> !admin.listTopics().names().get().contains(Topics.CONTRACT_LEVEL));
    }
    TopicsSetup.createOrVerify(log.settings, TestLog.DEPLOYMENT);
  }

  @Test
  void noReaderTakesARecordOfALevelThatItDoesNotRead() throws Exception {
    TestLog log = TestLog.shared();
    try (KafkaProducer<String, byte[]> producer = log.producer()) {
      for (int level : List.of(ContractLevel.READS, LATER)) {
        ProducerRecord<String, byte[]> record =
            new ProducerRecord<>(Topics.MAIL_NOTICES, 0, "level " + level, new byte[] {1});
        record.headers().add(Headers.LEVEL, ContractLevel.header(level));
        producer.send(record).get(60, TimeUnit.SECONDS);
      }
    }
    List<String> taken = new CopyOnWriteArrayList<>();
    try (TopicScan scan = new TopicScan(log.settings, Duration.ofSeconds(60))) {
      assertThatThrownBy(
              () ->
                  scan.read(
                      scan.partitions(Topics.MAIL_NOTICES), 0, record -> taken.add(record.key())))
          .isInstanceOf(KafkaException.class)
          .hasStackTraceContaining("is of a later contract level than " + ContractLevel.READS);
    }
    List<String> followed = new CopyOnWriteArrayList<>();
    List<String> begun = new CopyOnWriteArrayList<>();
    try (TopicFollower follower =
        new TopicFollower(log.settings, Topics.MAIL_NOTICES, new Keys(followed, begun))) {
      follower.start();
      await().until(() -> begun.size() > 2); // it tries again, for ever
    }
    assertThat(new ArrayList<>(taken)).doesNotContain("level " + LATER);
    assertThat(followed).doesNotContain("level " + LATER);
  }

  private record Keys(List<String> keys, List<String> begun) implements TopicFollower.View {
    @Override
    public void begin() {
      begun.add("again");
    }

    @Override
    public void take(ConsumerRecord<String, byte @Nullable []> record) {
      keys.add(record.key());
    }

    @Override
    public void complete() {}
  }
}
