package io.postern.log.topics;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.QueueId;
import io.postern.contracts.TopicDeclaration;
import io.postern.contracts.TopicDeclaration.Partitioning;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.log.LogUnavailableException;
import io.postern.log.TestLog;
import io.postern.log.sending.Intake;
import io.postern.log.sending.MessageLog;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The command that adds partitions, over a real broker, with its death at each of its steps. */
class LogGrowthTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private TestLog log;

  @BeforeEach
  void start() throws Exception {
    log = TestLog.shared();
  }

  /** In place of the process' end. */
  private static final class Death extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  @Test
  void theOrderHasEveryTopicOfMailAndEndsWithWhatIngressWrites() {
    assertThat(LogGrowth.ORDER)
        .containsExactlyInAnyOrderElementsOf(HomePartitions.TOPICS)
        .endsWith(Topics.MAIL_ACCEPTED, Topics.MAIL_CONTENT);
    assertThat(topics(ConsumerGroups.DELIVERY)).doesNotContain(Topics.MAIL_CONTENT);
    Set<String> groups = new TreeSet<>(ConsumerGroups.TOPICS.keySet());
    groups.removeIf(group -> topics(group).stream().noneMatch(HomePartitions.TOPICS::contains));
    assertThat(LogGrowth.SERVICES.keySet()).isEqualTo(groups);
  }

  @Test
  void whereverTheCommandDiesTheSameCommandGoesOnAndMailIsTakenAllTheTime() throws Exception {
    Set<QueueId> accepted = new ConcurrentSkipListSet<>((a, b) -> a.value().compareTo(b.value()));
    AtomicReference<Throwable> refused = new AtomicReference<>();
    int number = 4;
    try (MessageLog messages = new MessageLog(log.settings, number);
        Admin admin = log.admin()) {
      HomePartitionsQuestion ingress = new HomePartitionsQuestion(Duration.ZERO, messages::grow);
      Thread sender = Thread.ofPlatform().start(() -> send(messages, accepted, refused));
      try {
        boolean died = true;
        for (int step = 1; died; step++) {
          number++;
          died = growDyingAfter(step, number, admin, ingress, messages);
        }
        assertThat(number).as("a step for each topic and group").isGreaterThan(4 + 15);
        int grown = number;
        ingress.ask(admin);
        assertThat(messages.partitions()).isEqualTo(grown);
        await()
            .untilAsserted(
                () ->
                    assertThat(accepted.stream().map(QueueId::partition))
                        .contains(0, 4, 5, grown - 1));
      } finally {
        sender.interrupt();
        sender.join();
      }
      assertThat(refused.get()).isNull();
      positionsAreZero(admin, number);
      assertThat(TopicsSetup.createOrVerify(log.settings, TestLog.DEPLOYMENT).usable())
          .isEqualTo(number);
      spreadTopicsAreAsBefore(admin);
      Map<TopicPartition, OffsetSpec> ends = new java.util.HashMap<>();
      for (int partition = 0; partition < number; partition++) {
        ends.put(new TopicPartition(Topics.MAIL_ACCEPTED, partition), OffsetSpec.latest());
      }
      assertThat(
              admin.listOffsets(ends).all().get().values().stream()
                  .mapToLong(e -> e.offset())
                  .sum())
          .isGreaterThanOrEqualTo(accepted.size());
    }
  }

  /** False: it came to its end. */
  private boolean growDyingAfter(
      int step, int number, Admin admin, HomePartitionsQuestion ingress, MessageLog messages)
      throws Exception {
    List<String> lines = new ArrayList<>();
    boolean died = false;
    try {
      LogGrowth.grow(
          log.settings,
          number,
          line -> {
            lines.add(line);
            try {
              ingress.ask(admin);
              if (messages.partitions() == number) {
                positionsAreZero(admin, number); // before its first record
              }
            } catch (Exception e) {
              throw new AssertionError(e);
            }
            if (lines.size() == step) {
              throw new Death();
            }
          },
          PATIENCE);
    } catch (Death e) {
      died = true;
    }
    // Not by a service's start, which would make positions where no record is.
    HomePartitions home =
        HomePartitions.of(admin.describeTopics(HomePartitions.TOPICS).allTopicNames().get());
    if (home.growing()) {
      assertThat(home.usable()).isEqualTo(number - 1);
      assertThat(home.halfGrown())
          .contains("set-up log --partitions " + number, Topics.MAIL_CONTENT);
      assertThatThrownBy(() -> LogGrowth.grow(log.settings, number - 1, lines::add, PATIENCE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("cannot be removed");
      assertThat(run(number, LogGrowth::grow)).contains("A former run was interrupted");
    } else {
      assertThat(run(number, LogGrowth::grow))
          .contains(home.usable() == number ? "nothing to do" : "start policy-service");
    }
    assertThat(run(number, LogGrowth::rehearse)).contains("nothing to do");
    return died;
  }

  @FunctionalInterface
  private interface Call {
    void run(
        io.postern.log.LogSettings settings, int number, Consumer<String> say, Duration patience)
        throws LogUnavailableException;
  }

  private String run(int number, Call call) throws LogUnavailableException {
    List<String> lines = new ArrayList<>();
    call.run(log.settings, number, lines::add, PATIENCE);
    return String.join("\n", lines);
  }

  private static void send(
      MessageLog messages, Set<QueueId> accepted, AtomicReference<Throwable> refused) {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Intake intake = messages.begin();
        intake.write(ByteBuffer.wrap(new byte[100]));
        var unused = intake.finishContent();
        intake.accept(MessageAccepted.newBuilder().setQueueId(intake.queueId().value()).build());
        accepted.add(intake.queueId());
      }
    } catch (LogUnavailableException e) {
      if (!Thread.currentThread().isInterrupted()) {
        refused.set(e);
      }
    }
  }

  private static List<String> topics(String group) {
    return requireNonNull(ConsumerGroups.TOPICS.get(group));
  }

  private static void positionsAreZero(Admin admin, int number) throws Exception {
    for (String group : LogGrowth.SERVICES.keySet()) {
      Map<TopicPartition, OffsetAndMetadata> positions =
          admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
      Map<TopicPartition, Long> expected = new java.util.HashMap<>();
      for (String topic : topics(group)) {
        for (int partition = 0; partition < number; partition++) {
          expected.put(new TopicPartition(topic, partition), 0L);
        }
      }
      Map<TopicPartition, Long> found = new java.util.HashMap<>();
      positions.forEach((partition, position) -> found.put(partition, position.offset()));
      assertThat(found).as(group).isEqualTo(expected);
    }
  }

  private static void spreadTopicsAreAsBefore(Admin admin) throws Exception {
    for (TopicDeclaration topic : Topics.ALL) {
      if (topic.partitioning() != Partitioning.MAIL) {
        assertThat(
                admin
                    .describeTopics(List.of(topic.name()))
                    .allTopicNames()
                    .get()
                    .values()
                    .iterator()
                    .next()
                    .partitions())
            .as(topic.name())
            .hasSize(topic.partitions(TestLog.DEPLOYMENT));
      }
    }
  }

  @Test
  void aRehearsalNamesTheStepsAndChangesNothing() throws Exception {
    try (KafkaConsumer<String, byte[]> member = member(ConsumerGroups.DECIDER)) {
      join(member, Topics.MAIL_DUE);

      String said = run(6, LogGrowth::rehearse);

      assertThat(said)
          .contains(
              "mail.accepted: 4 partitions would become 6",
              "postern-decider: position 0 in each new partition of mail.accepted and mail.due",
              "Running now: policy-service (members of postern-decider: 1). Stop them first",
              "Nothing was changed");
    }
    HomePartitions home = TopicsSetup.createOrVerify(log.settings, TestLog.DEPLOYMENT);
    assertThat(List.of(home.usable(), home.most())).containsExactly(4, 4);
  }

  @Test
  void itDoesNotBeginWhileAServiceRuns() throws Exception {
    try (KafkaConsumer<String, byte[]> member = member(ConsumerGroups.DELIVERY)) {
      join(member, Topics.MAIL_DELIVERIES);
      assertThatThrownBy(() -> LogGrowth.grow(log.settings, 6, _ -> {}, Duration.ofSeconds(3)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("running: delivery-service (members of postern-delivery: 1)")
          .hasMessageContaining("ingress-service keeps running");
    }
    assertThat(TopicsSetup.createOrVerify(log.settings, TestLog.DEPLOYMENT).most()).isEqualTo(4);
  }

  @Test
  void aServiceThatStartsMeanwhileStopsItBeforeIngressHasThePartitions() throws Exception {
    try (KafkaConsumer<String, byte[]> member = member(ConsumerGroups.DELIVERY)) {
      assertThatThrownBy(
              () ->
                  LogGrowth.grow(
                      log.settings,
                      6,
                      line -> {
                        if (line.startsWith(Topics.MAIL_OUTCOMES)) {
                          join(member, Topics.MAIL_DELIVERIES);
                        }
                      },
                      PATIENCE))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("delivery-service has started: stop every replica");
      assertThat(TopicsSetup.createOrVerify(log.settings, TestLog.DEPLOYMENT).usable())
          .isEqualTo(4);
    }
    assertThat(run(6, LogGrowth::grow)).contains("start policy-service and delivery-service");
    try (Admin admin = log.admin()) {
      positionsAreZero(admin, 6);
    }
  }

  @Test
  void anImpossibleNumberIsRefused() {
    for (int number : new int[] {0, LogGrowth.MOST + 1, 3}) {
      assertThatThrownBy(() -> LogGrowth.grow(log.settings, number, _ -> {}, PATIENCE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("--partitions");
    }
  }

  private KafkaConsumer<String, byte[]> member(String group) {
    return new KafkaConsumer<>(log.settings.consumer(group));
  }

  private static void join(KafkaConsumer<String, byte[]> member, String topic) {
    member.subscribe(List.of(topic));
    await()
        .until(
            () -> member.poll(Duration.ofMillis(100)).isEmpty() && !member.assignment().isEmpty());
  }
}
