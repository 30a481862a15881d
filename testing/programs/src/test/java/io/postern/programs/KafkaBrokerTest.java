package io.postern.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** One broker for all; the order keeps its starts few. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KafkaBrokerTest {
  private static final TopicPartition MAIL = new TopicPartition("mail", 0);

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path folder;
  private static KafkaBroker broker;

  @BeforeAll
  static void start() throws Exception {
    broker = KafkaBroker.start(folder, properties -> {});
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
      admin
          .createTopics(List.of(new NewTopic(MAIL.topic(), 1, (short) 1)))
          .all()
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  @Order(1)
  void recordsOfOneMebibyteAreTaken() throws Exception {
    byte[] megabyte = new byte[1 << 20];
    produce(megabyte);
    assertThat(read()).containsExactly(megabyte);
  }

  @Test
  @Order(2)
  void pausedBrokerAnswersNothingUntilResumed() throws Exception {
    broker.pause();
    try (Admin admin = admin()) {
      var nodes = admin.describeCluster().nodes();
      assertThatThrownBy(() -> nodes.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
      broker.resume();
      assertThat(nodes.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).hasSize(1);
    }
  }

  @Test
  @Order(3)
  void killedBrokerRestartsWithSamePortAndData() throws Exception {
    produce("kept".getBytes(StandardCharsets.US_ASCII));
    String before = broker.bootstrap();
    long pid = broker.pid();
    broker.kill();
    assertThat(ProcessHandle.of(pid)).isEmpty();
    assertThat(broker.isAlive()).isFalse();
    broker.restart();
    assertThat(broker.bootstrap()).isEqualTo(before);
    assertThat(read()).last().isEqualTo("kept".getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Kafka 4.4.0 lost the marker in about every second kill, and with it the partition's readers.
   */
  @RepeatedTest(3)
  @Order(4)
  void whatWasCommittedIsReadableAfterAKillRightBehindTheCommit() throws Exception {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", broker.bootstrap());
    settings.put("transactional.id", "kill-behind-commit");
    byte[] value = "committed".getBytes(StandardCharsets.US_ASCII);
    try (var producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      var unused = producer.send(new ProducerRecord<>(MAIL.topic(), MAIL.partition(), null, value));
      producer.commitTransaction();
      broker.kill();
    }
    broker.restart();
    await().atMost(PATIENCE).until(() -> stableEnd() == end());
  }

  private static long end() throws Exception {
    return offset(IsolationLevel.READ_UNCOMMITTED);
  }

  /** Where a reader of committed records comes to its end. */
  private static long stableEnd() throws Exception {
    return offset(IsolationLevel.READ_COMMITTED);
  }

  private static long offset(IsolationLevel isolation) throws Exception {
    try (Admin admin = admin()) {
      return admin
          .listOffsets(Map.of(MAIL, OffsetSpec.latest()), new ListOffsetsOptions(isolation))
          .partitionResult(MAIL)
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
          .offset();
    }
  }

  @Test
  @Order(5)
  void folderWithDataIsContinuedOnNewPortsAndPausedBrokerStops() throws Exception {
    produce("second start".getBytes(StandardCharsets.US_ASCII));
    broker.pause();
    broker.stop();
    broker = KafkaBroker.start(folder, properties -> {});
    assertThat(read()).last().isEqualTo("second start".getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  @Order(6)
  void endsWhenItsParentsPipeCloses() throws Exception {
    long pid = broker.pid();
    broker.closeParentPipe();
    await().atMost(Duration.ofSeconds(40)).until(() -> ProcessHandle.of(pid).isEmpty());
  }

  @Test
  @Order(7)
  void failedStartTellsTheLogsEndAndLeavesNoProcess(@TempDir Path other) {
    long before = ProcessHandle.current().children().count();
    assertThatThrownBy(
            () -> KafkaBroker.start(other, properties -> properties.put("log.retention.ms", "x")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("log.retention.ms");
    assertThat(ProcessHandle.current().children().count()).isLessThanOrEqualTo(before);
  }

  private static Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
  }

  private static void produce(byte[] value) throws Exception {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", broker.bootstrap());
    settings.put("acks", "all");
    settings.put("max.request.size", "2000000");
    try (var producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer
          .send(new ProducerRecord<>(MAIL.topic(), MAIL.partition(), null, value))
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  private static List<byte[]> read() {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", broker.bootstrap());
    try (var consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(MAIL));
      consumer.seekToBeginning(List.of(MAIL));
      long end = consumer.endOffsets(List.of(MAIL)).values().iterator().next();
      List<byte[]> values = new ArrayList<>();
      while (consumer.position(MAIL) < end) {
        consumer.poll(Duration.ofSeconds(1)).forEach(record -> values.add(record.value()));
      }
      return values;
    }
  }
}
