package io.postern.log;

import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.Deployment;
import io.postern.contracts.TopicDeclaration;
import io.postern.contracts.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * Creates what is missing of the declared topics, verifies the rest, and gives every declared group
 * position 0 in new partitions (log-mechanics §1, §3). Each service runs it at start; several at
 * once do no harm.
 *
 * <p>A log that is away or still starting is a {@link LogUnavailableException} after a bounded
 * wait: call again. A topic weaker than its declaration is a {@link WeakTopicException}: do not
 * start. Nothing existing is changed.
 */
public final class TopicsSetup {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final Admin admin;
  private final Deployment deployment;
  private final long deadline;

  private TopicsSetup(Admin admin, Deployment deployment, long deadline) {
    this.admin = admin;
    this.deployment = deployment;
    this.deadline = deadline;
  }

  /** As {@link #createOrVerify(LogSettings, Deployment, Duration)}, with 30 s. */
  public static void createOrVerify(LogSettings settings, Deployment deployment)
      throws LogUnavailableException {
    createOrVerify(settings, deployment, PATIENCE);
  }

  /**
   * @param patience how long to try
   * @throws LogUnavailableException when the log did not answer in that time
   * @throws WeakTopicException names topic, setting, value and what is wanted
   */
  public static void createOrVerify(LogSettings settings, Deployment deployment, Duration patience)
      throws LogUnavailableException {
    long deadline = System.nanoTime() + patience.toNanos();
    Admin admin = client(settings);
    try (var closing = ClosingClients.closing(admin)) {
      new TopicsSetup(admin, deployment, deadline).run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogUnavailableException("interrupted", e);
    }
  }

  private static Admin client(LogSettings settings) throws LogUnavailableException {
    try {
      return Admin.create(settings.admin());
    } catch (KafkaException e) {
      throw new LogUnavailableException("the log's client could not start: " + e.getMessage(), e);
    }
  }

  private void run() throws LogUnavailableException, InterruptedException {
    while (true) {
      try {
        createMissing();
        verify();
        beginGroups();
        return;
      } catch (ExecutionException e) {
        if (!mayPass(e.getCause()) || System.nanoTime() - deadline >= 0) {
          throw new LogUnavailableException(
              "the log's topics could not be set up: " + e.getCause(), e.getCause());
        }
      } catch (TimeoutException e) {
        throw new LogUnavailableException("the log did not answer", e);
      }
      TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
    }
  }

  private void createMissing() throws ExecutionException, InterruptedException, TimeoutException {
    Set<String> existing = answer(admin.listTopics().names());
    List<NewTopic> missing = new ArrayList<>();
    for (TopicDeclaration topic : Topics.ALL) {
      if (!existing.contains(topic.name())) {
        missing.add(
            new NewTopic(
                    topic.name(), topic.partitions(deployment), (short) deployment.replication())
                .configs(topic.configs(deployment)));
      }
    }
    for (KafkaFuture<Void> created : admin.createTopics(missing).values().values()) {
      try {
        answer(created);
      } catch (ExecutionException e) {
        // Another service was faster.
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw e;
        }
      }
    }
  }

  private void verify() throws ExecutionException, InterruptedException, TimeoutException {
    Map<String, TopicDescription> topics =
        answer(
            admin
                .describeTopics(Topics.ALL.stream().map(TopicDeclaration::name).toList())
                .allTopicNames());
    Map<ConfigResource, Config> configs =
        answer(
            admin
                .describeConfigs(
                    Topics.ALL.stream()
                        .map(t -> new ConfigResource(ConfigResource.Type.TOPIC, t.name()))
                        .toList())
                .all());
    for (TopicDeclaration topic : Topics.ALL) {
      TopicCheck.layout(topic, deployment, topics.get(topic.name()));
      Config config = configs.get(new ConfigResource(ConfigResource.Type.TOPIC, topic.name()));
      Map<String, String> actual = new TreeMap<>();
      if (config != null) {
        config.entries().forEach(e -> actual.put(e.name(), String.valueOf(e.value())));
      }
      TopicCheck.configs(topic, deployment, actual);
    }
  }

  // Only where nothing was written yet: elsewhere a missing position is a lost one, and its reader
  // must say so.
  private void beginGroups() throws ExecutionException, InterruptedException, TimeoutException {
    for (Map.Entry<String, List<String>> group : ConsumerGroups.TOPICS.entrySet()) {
      Map<TopicPartition, OffsetAndMetadata> positions =
          answer(admin.listConsumerGroupOffsets(group.getKey()).partitionsToOffsetAndMetadata());
      Map<TopicPartition, OffsetSpec> without = new HashMap<>();
      for (TopicPartition partition : partitions(group.getValue())) {
        if (positions.get(partition) == null) {
          without.put(partition, OffsetSpec.latest());
        }
      }
      if (!without.isEmpty()) {
        begin(group.getKey(), without);
      }
    }
  }

  private void begin(String group, Map<TopicPartition, OffsetSpec> without)
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<TopicPartition, OffsetAndMetadata> zero = new LinkedHashMap<>();
    answer(admin.listOffsets(without).all())
        .forEach(
            (partition, end) -> {
              if (end.offset() == 0) {
                zero.put(partition, new OffsetAndMetadata(0));
              }
            });
    if (zero.isEmpty()) {
      return;
    }
    try {
      answer(admin.alterConsumerGroupOffsets(group, zero).all());
    } catch (ExecutionException e) {
      // Members are there already; another service has begun the group.
      if (!(e.getCause() instanceof UnknownMemberIdException)
          && !(e.getCause() instanceof GroupNotEmptyException)) {
        throw e;
      }
    }
  }

  private List<TopicPartition> partitions(List<String> names)
      throws ExecutionException, InterruptedException, TimeoutException {
    List<TopicPartition> partitions = new ArrayList<>();
    answer(admin.describeTopics(names).allTopicNames())
        .forEach(
            (name, topic) ->
                topic
                    .partitions()
                    .forEach(p -> partitions.add(new TopicPartition(name, p.partition()))));
    return partitions;
  }

  private <T> T answer(KafkaFuture<T> future)
      throws ExecutionException, InterruptedException, TimeoutException {
    return future.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
  }

  private static boolean mayPass(@Nullable Throwable cause) {
    return cause instanceof RetriableException
        // just created, not everywhere known
        || cause instanceof UnknownTopicOrPartitionException
        // brokers are still coming
        || cause instanceof InvalidReplicationFactorException;
  }
}
