package io.postern.certificate.bundles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.certificate.anchors.AnchorHistory;
import io.postern.certificate.anchors.AnchorSource;
import io.postern.certificate.anchors.DefaultAnchors;
import io.postern.certificate.anchors.Distrust;
import io.postern.contracts.Deployment;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.TrustBundle;
import io.postern.lab.LabCa;
import io.postern.lab.SharedBroker;
import io.postern.log.LogSettings;
import io.postern.log.reading.TopicFollower;
import io.postern.log.topics.TopicsSetup;
import io.postern.programs.KafkaBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several replicas on a real broker. */
@Timeout(120)
class BundleLedgerTest {
  private static final Duration GONE = Duration.ofMinutes(15);

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** With a log that is away. */
  private static final Duration ACKNOWLEDGED = Duration.ofSeconds(3);

  @TempDir Path folder = Path.of("");
  private final List<BundleLedger> replicas = new ArrayList<>();
  private final List<TopicFollower> followers = new ArrayList<>();
  private KafkaBroker broker;
  private LogSettings log;

  @BeforeEach
  void start() throws Exception {
    broker = SharedBroker.empty();
    log = new LogSettings(Map.of("bootstrap.servers", broker.bootstrap()));
    TopicsSetup.createOrVerify(log, Deployment.singleNode(1));
  }

  private void follow(BundleLedger replica) {
    TopicFollower follower = new TopicFollower(log, Topics.CERTIFICATE_ANCHORS, replica.reader());
    followers.add(follower);
    follower.start();
  }

  @AfterEach
  void stop() {
    followers.forEach(TopicFollower::close);
    replicas.forEach(BundleLedger::close);
  }

  private Path source(String name) throws Exception {
    Path source = Files.createDirectory(folder.resolve(name));
    LabCa.create(name).writeRoot(source.resolve("first.pem"));
    return source;
  }

  private static DefaultAnchors set(Path source) throws Exception {
    return new DefaultAnchors(List.of(AnchorSource.folder(source)), Distrust.NONE);
  }

  private BundleLedger replica(DefaultAnchors set, InstantSource clock) {
    BundleLedger replica = new BundleLedger(log, set, clock, GONE);
    replicas.add(replica);
    follow(replica);
    return replica;
  }

  private static boolean has(BundleLedger replica, DefaultAnchors set) {
    return replica
        .history()
        .flatMap(history -> history.version(set.bundle().getVersion()))
        .isPresent();
  }

  private List<TrustBundle> written(String version) throws Exception {
    List<TrustBundle> records = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(log.reader(true))) {
      TopicPartition partition = new TopicPartition(Topics.CERTIFICATE_ANCHORS, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      while (consumer.position(partition) < end) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          if (record.key().equals(version)) {
            records.add(TrustBundle.parseFrom(record.value()));
          }
        }
      }
    }
    return records;
  }

  private static List<String> timeline(BundleLedger replica) {
    return replica.history().orElseThrow().timeline().stream()
        .map(entry -> entry.since().toEpochMilli() + " " + entry.bundle().getVersion())
        .toList();
  }

  @Test
  void twoReplicasThatSeeTheSameChangeRecordItOnceAtTheEarlierTime() throws Exception {
    Path source = source("same");
    DefaultAnchors one = set(source);
    DefaultAnchors two = set(source);
    Instant now = Instant.now();
    BundleLedger first = replica(one, () -> now.plusSeconds(1));
    await().atMost(PATIENCE).until(() -> has(first, one));
    BundleLedger second = replica(two, () -> now.plusSeconds(60));
    await().atMost(PATIENCE).until(() -> has(second, two));
    assertThat(written(one.bundle().getVersion())).as("read before it was written").hasSize(1);

    LabCa.create("Second").writeRoot(source.resolve("second.pem"));
    List<CompletableFuture<Void>> both =
        List.of(
            CompletableFuture.runAsync(
                () -> {
                  one.reload();
                  first.record();
                }),
            CompletableFuture.runAsync(
                () -> {
                  two.reload();
                  second.record();
                }));
    both.forEach(CompletableFuture::join);
    String version = one.bundle().getVersion();
    assertThat(version).isEqualTo(two.bundle().getVersion());
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              List<TrustBundle> records = written(version);
              assertThat(records).isNotEmpty();
              // Compaction keeps the last one: it knows the earliest time of all.
              assertThat(records.getLast().getInForceMillis(0))
                  .isEqualTo(
                      records.stream().mapToLong(r -> r.getInForceMillis(0)).min().orElseThrow());
              assertThat(timeline(first)).hasSize(2).isEqualTo(timeline(second));
            });
  }

  @Test
  void whatTwoHaveWrittenAtTheSameTimeIsMergedForWhoeverComesLater() throws Exception {
    Path source = source("race");
    DefaultAnchors set = set(source);
    long early = Instant.now().toEpochMilli();
    // As if neither had read the other's: the later time is the later record.
    for (long at : new long[] {early, early + 5_000}) {
      TrustBundle record = set.bundle().toBuilder().addInForceMillis(at).build();
      send(record);
    }
    BundleLedger late = replica(set, () -> Instant.ofEpochMilli(early + 60_000));
    await().atMost(PATIENCE).until(() -> has(late, set));
    assertThat(timeline(late)).containsExactly(early + " " + set.bundle().getVersion());
    // One that is there already makes the last record say it.
    send(set.bundle().toBuilder().addInForceMillis(early + 9_000).build());
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                written(set.bundle().getVersion())
                    .getLast()
                    .getInForceMillisList()
                    .equals(List.of(early, early + 5_000, early + 9_000)));
    assertThat(timeline(late)).hasSize(1);
  }

  private void send(TrustBundle record) throws Exception {
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(log.producer())) {
      producer
          .send(
              new ProducerRecord<>(
                  Topics.CERTIFICATE_ANCHORS, record.getVersion(), record.toByteArray()))
          .get();
    }
  }

  @Test
  void replicasWithDifferentSourcesDoNotRecordByTurns() throws Exception {
    DefaultAnchors one = set(source("one"));
    DefaultAnchors two = set(source("two"));
    BundleLedger first = replica(one, InstantSource.system());
    await().atMost(PATIENCE).until(() -> has(first, one));
    BundleLedger second = replica(two, InstantSource.system());
    await().atMost(PATIENCE).until(() -> has(first, two) && has(second, one));
    for (int i = 0; i < 3; i++) {
      first.record();
      second.record();
    }
    assertThat(written(one.bundle().getVersion())).hasSize(1);
    assertThat(written(two.bundle().getVersion())).hasSize(1);
  }

  @Test
  void aVersionOfAnotherReplicaMakesThisOneLook() throws Exception {
    DefaultAnchors one = set(source("here"));
    CompletableFuture<Boolean> looked = new CompletableFuture<>();
    BundleLedger first = replica(one, InstantSource.system());
    first.onForeign(() -> looked.complete(true));
    await().atMost(PATIENCE).until(() -> has(first, one));
    assertThat(looked).isNotDone();
    var unused = replica(set(source("there")), InstantSource.system());
    assertThat(looked.get(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aChangeBeforeTheTopicIsReadIsRecordedThen() throws Exception {
    Path source = source("away");
    DefaultAnchors set = set(source);
    BundleLedger replica = replica(set, InstantSource.system());
    await().atMost(PATIENCE).until(() -> has(replica, set));
    // Written by nobody yet, since nobody has read to the end.
    BundleLedger early = new BundleLedger(log, set, InstantSource.system(), GONE);
    replicas.add(early);
    early.record();
    assertThat(early.history()).isEmpty();
    LabCa.create("Meanwhile").writeRoot(source.resolve("second.pem"));
    assertThat(set.reload()).isTrue();
    early.record();
    follow(early);
    await().atMost(PATIENCE).until(() -> has(early, set));
    await().atMost(PATIENCE).until(() -> written(set.bundle().getVersion()).size() == 1);
    AnchorHistory history = early.history().orElseThrow();
    assertThat(history.timeline()).hasSize(2);
  }

  @Test
  void aChangeWhileTheLogIsAwayIsRecordedLater() throws Exception {
    Path source = source("stopped");
    DefaultAnchors set = set(source);
    BundleLedger replica = new BundleLedger(log, set, InstantSource.system(), GONE, ACKNOWLEDGED);
    replicas.add(replica);
    follow(replica);
    await().atMost(PATIENCE).until(() -> has(replica, set));
    LabCa.create("Meanwhile").writeRoot(source.resolve("second.pem"));
    assertThat(set.reload()).isTrue();
    broker.pause();
    try {
      long began = System.nanoTime();
      replica.record();
      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .isBetween(ACKNOWLEDGED, ACKNOWLEDGED.plusSeconds(8));
      assertThat(has(replica, set)).isFalse();
    } finally {
      broker.resume();
    }
    await()
        .atMost(Duration.ofSeconds(40))
        .until(
            () -> {
              replica.record();
              return has(replica, set);
            });
    assertThat(timeline(replica)).hasSize(2);
    assertThat(written(set.bundle().getVersion())).isNotEmpty();
  }

  @Test
  void aRecordThatCannotBeReadIsSkipped() throws Exception {
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(log.producer())) {
      for (byte[] value : new byte[][] {{1, 2, 3}, null, {}}) {
        producer.send(new ProducerRecord<>(Topics.CERTIFICATE_ANCHORS, "odd", value)).get();
      }
    }
    DefaultAnchors set = set(source("odd"));
    BundleLedger replica = replica(set, InstantSource.system());
    await().atMost(PATIENCE).until(() -> has(replica, set));
    assertThat(timeline(replica)).hasSize(1);
  }
}
