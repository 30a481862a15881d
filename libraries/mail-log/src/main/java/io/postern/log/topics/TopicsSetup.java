package io.postern.log.topics;

import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.Deployment;
import io.postern.contracts.TopicDeclaration;
import io.postern.contracts.Topics;
import io.postern.link.LinkCertificate;
import io.postern.log.ClosingClients;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Set-up of the declared topics: creates the missing ones, verifies the others, and gives every
 * declared group position 0 in new partitions (docs/design/the-log.md, "Home partition and
 * content"). Kafka's own topics are verified as well, before the first of them can come to be, and
 * of a cluster how it elects. Each service runs it at start; several at once do no harm.
 *
 * <p>Topics that must not lose a record are made while none of them has one: on an empty log, or
 * where somebody died while making them. Once one has records, a missing one was lost, and making
 * it anew would hide that. No service writes before the set is complete, so of two that make it at
 * once neither can take the other's for a lost one.
 *
 * <p>A log that is away or still starting is a {@link LogUnavailableException} after a bounded
 * wait: call again. A topic weaker than its declaration, or lost, is a {@link WeakTopicException}:
 * do not start. Nothing existing is changed.
 */
public final class TopicsSetup {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final Logger LOG = Logger.getLogger(TopicsSetup.class);
  private static final Map<String, TopicDeclaration> DECLARED =
      Topics.ALL.stream()
          .collect(Collectors.toUnmodifiableMap(TopicDeclaration::name, Function.identity()));

  /** Kafka's own topics that are verified with ours. */
  public static final List<String> KAFKAS_OWN = OwnTopicsCheck.NAMES;

  private final Admin admin;
  private final Map<String, String> client;
  private final Deployment deployment;
  private final boolean lossAccepted;
  private final long deadline;

  private TopicsSetup(
      Admin admin,
      Map<String, String> client,
      Deployment deployment,
      boolean lossAccepted,
      long deadline) {
    this.admin = admin;
    this.client = client;
    this.deployment = deployment;
    this.lossAccepted = lossAccepted;
    this.deadline = deadline;
  }

  /** As {@link #createOrVerify(LogSettings, Deployment, Duration)}, with 30 s. */
  public static HomePartitions createOrVerify(LogSettings settings, Deployment deployment)
      throws LogUnavailableException {
    return createOrVerify(settings, deployment, PATIENCE);
  }

  /**
   * @param deployment its number of partitions is that of a new log
   * @param patience how long to try
   * @return the log's own number of home partitions. A log that is half grown is no error here: who
   *     decides or delivers waits for its whole growth
   * @throws LogUnavailableException when the log did not answer in that time
   * @throws WeakTopicException names topic, setting, value and the wanted value
   */
  public static HomePartitions createOrVerify(
      LogSettings settings, Deployment deployment, Duration patience)
      throws LogUnavailableException {
    return run(settings, deployment, false, patience);
  }

  /**
   * As {@link #createOrVerify}, but makes missing topics even beside others with records: for an
   * administrator who has given up their mail, or adds a topic that a release brings.
   */
  public static HomePartitions createMissing(
      LogSettings settings, Deployment deployment, Duration patience)
      throws LogUnavailableException {
    return run(settings, deployment, true, patience);
  }

  private static HomePartitions run(
      LogSettings settings, Deployment deployment, boolean lossAccepted, Duration patience)
      throws LogUnavailableException {
    long deadline = System.nanoTime() + patience.toNanos();
    Admin admin = client(settings);
    try (var closing = ClosingClients.closing(admin)) {
      return new TopicsSetup(admin, settings.client(), deployment, lossAccepted, deadline).run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogUnavailableException("interrupted", e);
    }
  }

  private static Admin client(LogSettings settings) throws LogUnavailableException {
    try {
      return Admin.create(settings.admin());
    } catch (KafkaException e) {
      throw new LogUnavailableException("the Kafka client could not start: " + e.getMessage(), e);
    }
  }

  private HomePartitions run() throws LogUnavailableException, InterruptedException {
    while (true) {
      try {
        verifyElections();
        verifyOwnTopics();
        createMissing();
        HomePartitions home = verify();
        beginGroups();
        return home;
      } catch (ExecutionException e) {
        if (!mayPass(e.getCause()) || System.nanoTime() - deadline >= 0) {
          throw new LogUnavailableException(
              "the topics could not be set up: " + e.getCause() + right(e.getCause()),
              e.getCause());
        }
      } catch (TimeoutException e) {
        throw new LogUnavailableException("Kafka did not respond", e);
      }
      TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
    }
  }

  private void createMissing() throws ExecutionException, InterruptedException, TimeoutException {
    Map<String, TopicDescription> existing = existing(DECLARED.keySet());
    List<TopicDeclaration> missing =
        Topics.ALL.stream().filter(topic -> !existing.containsKey(topic.name())).toList();
    if (!lossAccepted) {
      refuseLoss(missing, existing.values());
    }
    // A topic that a release adds gets the log's own number.
    Deployment own =
        existing.keySet().stream().anyMatch(HomePartitions.TOPICS::contains)
            ? deployment.withPartitions(HomePartitions.of(existing).usable())
            : deployment;
    List<NewTopic> made =
        missing.stream()
            .map(
                topic ->
                    new NewTopic(
                            topic.name(), topic.partitions(own), (short) deployment.replication())
                        .configs(topic.configs(deployment)))
            .toList();
    for (KafkaFuture<Void> created : admin.createTopics(made).values().values()) {
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

  /** Asked by name, so that one which we may not see is an error and not a missing one. */
  private Map<String, TopicDescription> existing(Collection<String> names)
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<String, TopicDescription> existing = new HashMap<>();
    for (var topic : admin.describeTopics(names).topicNameValues().entrySet()) {
      try {
        existing.put(topic.getKey(), answer(topic.getValue()));
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
          throw e;
        }
      }
    }
    return existing;
  }

  private void refuseLoss(List<TopicDeclaration> missing, Collection<TopicDescription> existing)
      throws ExecutionException, InterruptedException, TimeoutException {
    List<String> lost =
        missing.stream()
            .filter(TopicDeclaration::flushEachAppend)
            .map(TopicDeclaration::name)
            .filter(name -> !Topics.MADE_BESIDE_MAIL.contains(name))
            .toList();
    if (lost.isEmpty()) {
      return;
    }
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    for (TopicDescription topic : existing) {
      TopicDeclaration declared = DECLARED.get(topic.name());
      if (declared != null && declared.flushEachAppend()) {
        topic
            .partitions()
            .forEach(
                p ->
                    ends.put(new TopicPartition(topic.name(), p.partition()), OffsetSpec.latest()));
      }
    }
    if (ends.isEmpty()) {
      return;
    }
    Set<String> withRecords = new TreeSet<>();
    answer(admin.listOffsets(ends).all())
        .forEach(
            (partition, end) -> {
              if (end.offset() > 0) {
                withRecords.add(partition.topic());
              }
            });
    if (!withRecords.isEmpty()) {
      throw WeakTopicException.ofMissing(lost, withRecords);
    }
  }

  private void verifyElections() throws ExecutionException, InterruptedException, TimeoutException {
    FinalizedVersionRange eligible =
        answer(admin.describeFeatures().featureMetadata())
            .finalizedFeatures()
            .get(ElectionCheck.FEATURE);
    ElectionCheck.eligibleLeaders(deployment, eligible == null ? 0 : eligible.maxVersionLevel());
  }

  private void verifyOwnTopics() throws ExecutionException, InterruptedException, TimeoutException {
    Map<String, TopicDescription> existing = existing(OwnTopicsCheck.NAMES);
    for (TopicDescription topic : existing.values()) {
      int replicas = topic.partitions().stream().mapToInt(p -> p.replicas().size()).min().orElse(0);
      ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
      OwnTopicsCheck.existing(topic.name(), deployment, replicas, settings(resource));
    }
    if (existing.keySet().containsAll(OwnTopicsCheck.NAMES)) {
      return;
    }
    for (Node broker : answer(admin.describeCluster().nodes())) {
      Map<String, String> settings =
          settings(new ConfigResource(ConfigResource.Type.BROKER, broker.idString()));
      for (String topic : OwnTopicsCheck.NAMES) {
        if (!existing.containsKey(topic)) {
          OwnTopicsCheck.toBeMade(topic, deployment, broker.idString(), settings);
        }
      }
    }
  }

  private Map<String, String> settings(ConfigResource resource)
      throws ExecutionException, InterruptedException, TimeoutException {
    return values(answer(admin.describeConfigs(List.of(resource)).all()).get(resource));
  }

  private static Map<String, String> values(@Nullable Config config) {
    Map<String, String> values = new TreeMap<>();
    if (config != null) {
      config.entries().forEach(e -> values.put(e.name(), String.valueOf(e.value())));
    }
    return values;
  }

  private HomePartitions verify()
      throws ExecutionException, InterruptedException, TimeoutException {
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
    Map<String, Set<String>> tuning = new TreeMap<>();
    for (TopicDeclaration topic : Topics.ALL) {
      TopicCheck.layout(topic, deployment, topics.get(topic.name()));
      Config config = configs.get(new ConfigResource(ConfigResource.Type.TOPIC, topic.name()));
      TopicCheck.configs(topic, deployment, values(config))
          .forEach(
              (setting, value) ->
                  tuning
                      .computeIfAbsent(setting, _ -> new TreeSet<>())
                      .add(topic.name() + " " + value));
    }
    tuning.forEach(
        (setting, values) ->
            LOG.infof(
                "%s is not as declared, which only affects speed: %s",
                setting, String.join(", ", values)));
    HomePartitions home = HomePartitions.of(topics);
    if (deployment.partitions() > home.most()) {
      LOG.infof(
          "The mail topics have %d partitions, and postern.log.partitions is %d: it is the number of"
              + " a new log; postern set-up log --partitions %2$d adds partitions to this one",
          home.most(), deployment.partitions());
    }
    return home;
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

  /** Whom the missing right is to be given to; empty where another thing is missing. */
  private String right(@Nullable Throwable cause) {
    if (!(cause instanceof AuthorizationException)) {
      return "";
    }
    String principal =
        LinkCertificate.subject(client)
            .map(
                subject ->
                    " as User:%s, or as what the broker's ssl.principal.mapping.rules make of it"
                        .formatted(subject))
            .orElse("");
    return ". Kafka knows this process%s, which is not authorized: run postern set-up log with the fitting postern.log.principals"
        .formatted(principal);
  }

  private static boolean mayPass(@Nullable Throwable cause) {
    return cause instanceof RetriableException
        // just created, not everywhere known
        || cause instanceof UnknownTopicOrPartitionException
        // brokers are still coming
        || cause instanceof InvalidReplicationFactorException;
  }
}
