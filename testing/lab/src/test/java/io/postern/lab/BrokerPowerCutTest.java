package io.postern.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.lab.PowerCut.Tail;
import io.postern.programs.BrokerSettings;
import io.postern.programs.KafkaBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real broker still has after the power was cut. */
class BrokerPowerCutTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String FLUSHED = "flushed";
  private static final String LATER = "flushed-later";

  private WatchedDisk disk;
  private KafkaBroker broker;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    disk = new WatchedDisk(folder.resolve("kafka").resolve("data"), folder.resolve("notes"));
    List<String> jvm = new ArrayList<>(BrokerSettings.small().jvm());
    jvm.addAll(disk.jvmOptions());
    broker =
        KafkaBroker.start(
            folder.resolve("kafka"), BrokerSettings.small().withJvm(jvm.toArray(String[]::new)));
    NewTopic later = new NewTopic(LATER, 1, (short) 1);
    later.configs(Map.of("flush.messages", Long.toString(Long.MAX_VALUE)));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
      admin
          .createTopics(List.of(new NewTopic(FLUSHED, 1, (short) 1), later))
          .all()
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  @AfterEach
  void stop() {
    broker.close();
  }

  /**
   * A writer that never got its answer sends again, and hears that the record is there already: so
   * what a killed broker left behind unflushed must be on the disk before anyone hears of it.
   */
  @Test
  void aBrokerFlushesWhatItFindsWhenItStarts() throws Exception {
    produce(FLUSHED, "one");
    produce(LATER, "found after a kill");
    broker.kill();
    broker.restart();
    produce(LATER, "not flushed");
    broker.kill();
    disk.cut(new SplittableRandom(1), EnumSet.of(Tail.DROPPED));
    broker.restart();
    assertThat(read(FLUSHED)).containsExactly("one");
    assertThat(read(LATER)).containsExactly("found after a kill");
  }

  /**
   * Kafka (4.2.2) ends at each start for such an index, and says "Unexpected aborted transaction
   * version": it rebuilds every other index that is damaged.
   */
  @Test
  void aBrokerStartsWhoseIndexOfAbortedTransactionsIsDamaged() throws Exception {
    produce(FLUSHED, "one");
    abort(FLUSHED);
    produce(FLUSHED, "two");
    broker.kill();
    Path index = broker.data().resolve(FLUSHED + "-0").resolve("00000000000000000000.txnindex");
    byte[] damaged = new byte[(int) Files.size(index)];
    assertThat(damaged).isNotEmpty();
    Arrays.fill(damaged, (byte) 'X');
    Files.write(index, damaged);
    broker.restart();
    assertThat(read(FLUSHED)).containsExactly("one", "two");
  }

  private void abort(String topic) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", broker.bootstrap());
    settings.put("transactional.id", "aborts");
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      var unused = producer.send(new ProducerRecord<>(topic, 0, null, "aborted"));
      producer.flush();
      producer.abortTransaction();
    }
  }

  private void produce(String topic, String value) throws Exception {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", broker.bootstrap());
    settings.put("acks", "all");
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      producer
          .send(new ProducerRecord<>(topic, 0, null, value))
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  private List<String> read(String topic) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", broker.bootstrap());
    settings.put("isolation.level", "read_committed");
    TopicPartition partition = new TopicPartition(topic, 0);
    try (var consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).values().iterator().next();
      List<String> values = new ArrayList<>();
      while (consumer.position(partition) < end) {
        consumer.poll(Duration.ofSeconds(1)).forEach(record -> values.add(record.value()));
      }
      return values;
    }
  }
}
