package io.postern.operator.audit;

import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.DeliveryPosition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The log behind a broker. It joins no group and writes nothing. {@link #extents} is the audit's
 * thread's; readers are one thread's each.
 *
 * <p>Failure: {@link AuditUnavailableException} when extents and the reading after them were not
 * done within the patience.
 */
final class KafkaLog implements LogSource {
  private static final Duration OPEN_TRANSACTION = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(20);

  /**
   * In which the marks of a log without its start are learnt, and its owner
   * (docs/operations/audit.md, Limits).
   */
  static final Duration FIRST_HOUR = Duration.ofHours(1);

  // Ends are asked in this order, after all positions. The schedule before the records that its
  // entries lead to, so that an open entry's attempt is there, and the state that ended one;
  // Decisions after
  // their sources and before the outcomes that settle them; mail.accepted after all topics that
  // name its messages; notices after the DSNs that answer them.
  private static final List<Topic> ENDS =
      List.of(
          Topic.SCHEDULE,
          Topic.SCHEDULE_OUTCOMES,
          Topic.DUE,
          Topic.DELIVERIES,
          Topic.OUTCOMES,
          Topic.ACCEPTED,
          Topic.NOTICES);

  private final AuditOptions options;
  private final Admin admin;
  private final AuditProgress progress;
  private final Set<String> notes = new LinkedHashSet<>();
  private List<Integer> partitions = List.of();
  private volatile long deadline;

  KafkaLog(AuditOptions options) throws AuditUnavailableException {
    this.options = options;
    this.progress = new AuditProgress(options.progress());
    this.deadline = System.nanoTime() + options.patience().toNanos();
    Properties settings = new Properties();
    settings.putAll(options.client());
    settings.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    settings.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, 15_000);
    try {
      this.admin = Admin.create(settings);
    } catch (KafkaException e) {
      throw new AuditUnavailableException("the Kafka client could not start: " + message(e), e);
    }
  }

  @Override
  public List<Integer> partitions() throws AuditUnavailableException, InterruptedException {
    String name = Topic.ACCEPTED.topicName();
    var described = answer(admin.describeTopics(List.of(name)).topicNameValues().get(name));
    partitions = described.partitions().stream().map(p -> p.partition()).sorted().toList();
    return partitions;
  }

  @Override
  public Map<Integer, LogExtent> extents() throws AuditUnavailableException, InterruptedException {
    deadline = System.nanoTime() + options.patience().toNanos();
    Map<String, Map<TopicPartition, @Nullable OffsetAndMetadata>> positions = positions();
    Map<TopicPartition, Long> ends = new HashMap<>();
    for (Topic topic : ENDS) {
      offsets(topic, OffsetSpec.latest()).forEach((p, info) -> ends.put(p, info.offset()));
    }
    Map<TopicPartition, Long> begins = new HashMap<>();
    for (Topic topic : Topic.values()) {
      offsets(topic, OffsetSpec.earliest()).forEach((p, info) -> begins.put(p, info.offset()));
    }
    Map<Integer, Long> horizons = horizons(begins);
    Map<Integer, LogExtent> cuts = new HashMap<>();
    long records = 0;
    for (int partition : partitions) {
      long[] from = new long[Topic.values().length];
      long[] to = new long[from.length];
      for (Topic topic : Topic.values()) {
        from[topic.ordinal()] = begins.getOrDefault(at(topic, partition), 0L);
        to[topic.ordinal()] = ends.getOrDefault(at(topic, partition), 0L);
        records += to[topic.ordinal()] - from[topic.ordinal()];
      }
      cuts.put(
          partition,
          new LogExtent(
              positions(positions, partition), from, to, horizons.getOrDefault(partition, 0L)));
    }
    progress.begin(records);
    return cuts;
  }

  // A position in a transaction that is still open is not given (requireStable), and the admin
  // client leaves its partition out: asked again until all are there.
  private Map<String, Map<TopicPartition, @Nullable OffsetAndMetadata>> positions()
      throws AuditUnavailableException, InterruptedException {
    Map<String, Map<TopicPartition, @Nullable OffsetAndMetadata>> all = new HashMap<>();
    Map<String, Set<TopicPartition>> missing = new HashMap<>();
    missing.put(ConsumerGroups.DECIDER, allOf(Topic.ACCEPTED, Topic.DUE));
    missing.put(ConsumerGroups.DELIVERY, allOf(Topic.DELIVERIES));
    missing.put(ConsumerGroups.SCHEDULER, allOf(Topic.OUTCOMES));
    missing.put(ConsumerGroups.NOTICE_WRITER, allOf(Topic.NOTICES));
    while (!missing.isEmpty()) {
      Map<String, ListConsumerGroupOffsetsSpec> asked = new HashMap<>();
      missing.forEach(
          (group, left) ->
              asked.put(group, new ListConsumerGroupOffsetsSpec().topicPartitions(left)));
      var result =
          admin.listConsumerGroupOffsets(
              asked, new ListConsumerGroupOffsetsOptions().requireStable(true));
      for (String group : List.copyOf(missing.keySet())) {
        Map<TopicPartition, OffsetAndMetadata> known =
            answer(result.partitionsToOffsetAndMetadata(group));
        Set<TopicPartition> left = new LinkedHashSet<>(missing.getOrDefault(group, Set.of()));
        left.removeAll(known.keySet());
        all.computeIfAbsent(group, g -> new HashMap<>()).putAll(known);
        if (left.isEmpty()) {
          missing.remove(group);
        } else {
          missing.put(group, left);
        }
      }
      if (!missing.isEmpty()) {
        if (System.nanoTime() - deadline > 0) {
          throw new AuditUnavailableException("positions stayed in open transactions: " + missing);
        }
        TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
      }
    }
    return all;
  }

  private Positions positions(
      Map<String, Map<TopicPartition, @Nullable OffsetAndMetadata>> all, int partition) {
    OffsetAndMetadata delivery =
        position(all, ConsumerGroups.DELIVERY, at(Topic.DELIVERIES, partition));
    return new Positions(
        position(all, ConsumerGroups.DECIDER, at(Topic.ACCEPTED, partition)).offset(),
        position(all, ConsumerGroups.DECIDER, at(Topic.DUE, partition)).offset(),
        position(all, ConsumerGroups.SCHEDULER, at(Topic.OUTCOMES, partition)).offset(),
        position(all, ConsumerGroups.NOTICE_WRITER, at(Topic.NOTICES, partition)).offset(),
        decode(delivery, partition));
  }

  private OffsetAndMetadata position(
      Map<String, Map<TopicPartition, @Nullable OffsetAndMetadata>> all,
      String group,
      TopicPartition partition) {
    OffsetAndMetadata known = all.getOrDefault(group, Map.of()).get(partition);
    if (known == null) {
      note(group + " has no position in " + partition + ": nothing is counted as consumed there");
      return new OffsetAndMetadata(0);
    }
    return known;
  }

  private DeliveryPosition decode(OffsetAndMetadata committed, int partition) {
    try {
      return DeliveryPosition.decode(committed.offset(), committed.metadata());
    } catch (IllegalArgumentException e) {
      note(
          "the position in "
              + at(Topic.DELIVERIES, partition)
              + " cannot be read ("
              + message(e)
              + "): only its offset is known");
      return DeliveryPosition.first(committed.offset());
    }
  }

  // The oldest time of which all that follows an acceptance is still there.
  private Map<Integer, Long> horizons(Map<TopicPartition, Long> begins)
      throws AuditUnavailableException, InterruptedException {
    Map<Integer, Long> horizons = new HashMap<>();
    for (Topic topic :
        List.of(
            Topic.NOTICES, Topic.DUE, Topic.DELIVERIES, Topic.SCHEDULE_OUTCOMES, Topic.OUTCOMES)) {
      boolean learns = topic == Topic.DELIVERIES || topic == Topic.OUTCOMES;
      long after = learns ? FIRST_HOUR.toMillis() : 1;
      if (allOf(topic).stream().noneMatch(p -> begins.getOrDefault(p, 0L) > 0)) {
        continue;
      }
      offsets(topic, OffsetSpec.forTimestamp(0))
          .forEach(
              (partition, first) -> {
                if (begins.getOrDefault(partition, 0L) > 0 && first.timestamp() >= 0) {
                  horizons.merge(partition.partition(), first.timestamp() + after, Math::max);
                }
              });
    }
    return horizons;
  }

  private Map<TopicPartition, ListOffsetsResultInfo> offsets(Topic topic, OffsetSpec spec)
      throws AuditUnavailableException, InterruptedException {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    allOf(topic).forEach(p -> asked.put(p, spec));
    return answer(
        admin.listOffsets(asked, new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED)).all());
  }

  private Set<TopicPartition> allOf(Topic... topics) {
    Set<TopicPartition> all = new LinkedHashSet<>();
    for (Topic topic : topics) {
      partitions.forEach(p -> all.add(at(topic, p)));
    }
    return all;
  }

  static TopicPartition at(Topic topic, int partition) {
    return new TopicPartition(topic.topicName(), partition);
  }

  @Override
  public Reader reader() {
    Duration held = options.lookAgainAfter();
    return new KafkaReader(
        options.client(),
        () -> deadline,
        held.compareTo(OPEN_TRANSACTION) < 0 ? held : OPEN_TRANSACTION,
        progress,
        this::note);
  }

  private void note(String note) {
    synchronized (notes) {
      notes.add(note);
    }
  }

  @Override
  public List<String> notes() {
    synchronized (notes) {
      return new ArrayList<>(notes);
    }
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(5));
  }

  private <T> T answer(@Nullable KafkaFuture<T> future)
      throws AuditUnavailableException, InterruptedException {
    if (future == null) {
      throw new AuditUnavailableException("Kafka did not respond");
    }
    try {
      return future.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new AuditUnavailableException(
          "Kafka could not be queried: " + message(e.getCause()), e);
    } catch (TimeoutException e) {
      throw new AuditUnavailableException("Kafka did not respond in time", e);
    }
  }

  static String message(@Nullable Throwable problem) {
    if (problem == null) {
      return "no reason given";
    }
    String message = problem.getMessage();
    return message == null ? problem.getClass().getSimpleName() : message;
  }
}
