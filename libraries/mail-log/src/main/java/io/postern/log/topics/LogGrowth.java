package io.postern.log.topics;

import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.Topics;
import io.postern.log.ClosingClients;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreatePartitionsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * Growth of a log: more partitions for every topic that has one for each home partition
 * (docs/design/the-log.md, "Home partition and content"). The groups of policy-service and
 * delivery-service have no members meanwhile, which the coordinator demands of each position;
 * ingress-service goes on.
 *
 * <p>Topic by topic in {@link #ORDER}, the new partitions first, then position 0 in them for each
 * group that reads the topic. {@code mail.content} is the last one, and ingress uses a partition
 * that all topics have: so no record comes into a partition before it is everywhere and every group
 * has its position. Each step looks first at what is there: after a death at any point the same
 * call goes on.
 *
 * <p>One thread, which blocks. Failure: {@link IllegalArgumentException} or {@link
 * IllegalStateException} with a sentence that says what to do; {@link LogUnavailableException}
 * where the log does not answer. What was done stays.
 */
public final class LogGrowth {
  /** Partitions cannot be taken away: a number beyond this is taken for a slip. */
  public static final int MOST = 1_000;

  /** The topics as they grow: what ingress writes is last. */
  static final List<String> ORDER =
      List.of(
          Topics.SCHEDULE,
          Topics.SCHEDULE_MARKS,
          Topics.MAIL_SCHEDULE_OUTCOMES,
          Topics.MAIL_NOTICES,
          Topics.MAIL_CONTENT_HELD,
          Topics.MAIL_OUTCOMES,
          Topics.MAIL_CONTROLS,
          Topics.MAIL_DUE,
          Topics.MAIL_DELIVERIES,
          Topics.MAIL_ACCEPTED,
          Topics.MAIL_CONTENT);

  /** Groups that read such topics, and the service whose replicas are their members. */
  static final Map<String, String> SERVICES =
      Map.of(
          ConsumerGroups.DECIDER, "policy-service",
          ConsumerGroups.SCHEDULER, "policy-service",
          ConsumerGroups.NOTICE_WRITER, "policy-service",
          ConsumerGroups.DELIVERY, "delivery-service",
          ConsumerGroups.DELIVERY_KEEPER, "delivery-service");

  // A killed member is missed after 6 s.
  private static final Duration MEMBERS = Duration.ofSeconds(20);
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final Admin admin;
  private final int number;
  private final Consumer<String> say;
  private final long deadline;

  private LogGrowth(Admin admin, int number, Consumer<String> say, Duration patience) {
    this.admin = admin;
    this.number = number;
    this.say = say;
    this.deadline = System.nanoTime() + patience.toNanos();
  }

  /**
   * Says what {@link #grow} would do, and asks the brokers whether they would do it. Changes
   * nothing.
   *
   * @param number of home partitions in the end
   * @param say takes the lines
   */
  public static void rehearse(
      LogSettings settings, int number, Consumer<String> say, Duration patience)
      throws LogUnavailableException {
    run(settings, number, say, patience, LogGrowth::rehearse);
  }

  /**
   * Adds the partitions.
   *
   * @param say takes a line after each step
   * @param patience of all steps together
   */
  public static void grow(LogSettings settings, int number, Consumer<String> say, Duration patience)
      throws LogUnavailableException {
    run(settings, number, say, patience, LogGrowth::grow);
  }

  @FunctionalInterface
  private interface Work {
    void run(LogGrowth growth) throws ExecutionException, InterruptedException, TimeoutException;
  }

  private static void run(
      LogSettings settings, int number, Consumer<String> say, Duration patience, Work work)
      throws LogUnavailableException {
    if (number < 1 || number > MOST) {
      throw new IllegalArgumentException("--partitions is " + number + ": write 1 to " + MOST);
    }
    Admin admin = Admin.create(settings.admin());
    try (var closing = ClosingClients.closing(admin)) {
      work.run(new LogGrowth(admin, number, say, patience));
    } catch (ExecutionException e) {
      throw new LogUnavailableException("Kafka refused: " + e.getCause(), e);
    } catch (TimeoutException | KafkaException e) {
      throw new LogUnavailableException("Kafka did not respond: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogUnavailableException("interrupted", e);
    }
  }

  private void rehearse() throws ExecutionException, InterruptedException, TimeoutException {
    HomePartitions home = checked();
    if (home.usable() == number) {
      say.accept("The mail topics have " + number + " partitions: there is nothing to do.");
      return;
    }
    Map<String, TopicDescription> topics = topics();
    Map<String, NewPartitions> more = new LinkedHashMap<>();
    for (String topic : ORDER) {
      int has = size(topics, topic);
      if (has < number) {
        more.put(topic, NewPartitions.increaseTo(number));
        say.accept("%s: %d partitions would become %d".formatted(topic, has, number));
      } else {
        say.accept("%s: has %d partitions".formatted(topic, has));
      }
    }
    answer(admin.createPartitions(more, new CreatePartitionsOptions().validateOnly(true)).all());
    for (String group : new TreeMap<>(SERVICES).keySet()) {
      say.accept(
          "%s: position 0 in each new partition of %s"
              .formatted(
                  group,
                  String.join(" and ", ConsumerGroups.TOPICS.getOrDefault(group, List.of()))));
    }
    SortedMap<String, Integer> running = members();
    say.accept(
        running.isEmpty()
            ? "policy-service and delivery-service are stopped."
            : "Running now: "
                + services(running)
                + ". Stop them first, and start them again afterwards.");
    say.accept("ingress-service keeps running. Nothing was changed.");
  }

  private void grow() throws ExecutionException, InterruptedException, TimeoutException {
    HomePartitions home = checked();
    if (home.usable() == number) {
      say.accept("The mail topics have " + number + " partitions: there is nothing to do.");
      return;
    }
    if (home.growing()) {
      say.accept("A former run was interrupted: this one goes on.");
    }
    awaitNoMembers();
    say.accept("policy-service and delivery-service are stopped.");
    long began = System.nanoTime();
    // No record is in these: ingress uses the partitions that all topics have.
    int first = home.usable();
    for (String topic : ORDER) {
      if (topic.equals(ORDER.getLast())) {
        verify(first);
      }
      addPartitions(topic);
      for (Map.Entry<String, List<String>> group : groups(topic).entrySet()) {
        position(group.getKey(), topic, first);
      }
    }
    say.accept(
        "The mail topics have %d partitions, after %d ms: start policy-service and delivery-service. ingress-service uses the new partitions within 15 seconds."
            .formatted(number, millisSince(began)));
  }

  /** The log's number, from which it can grow to the wanted one. */
  private HomePartitions checked()
      throws ExecutionException, InterruptedException, TimeoutException {
    HomePartitions home = HomePartitions.of(topics());
    if (number < home.most()) {
      throw new IllegalArgumentException(
          "the mail topics have %d partitions: partitions cannot be removed, so write at least --partitions %1$d"
              .formatted(home.most()));
    }
    return home;
  }

  private Map<String, TopicDescription> topics()
      throws ExecutionException, InterruptedException, TimeoutException {
    try {
      return answer(admin.describeTopics(ORDER).allTopicNames());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        throw new IllegalStateException(
            "not all mail topics exist: run postern set-up log without --partitions first", e);
      }
      throw e;
    }
  }

  private static int size(Map<String, TopicDescription> topics, String topic) {
    TopicDescription described = topics.get(topic);
    if (described == null) {
      throw new IllegalStateException("Kafka does not describe " + topic);
    }
    return described.partitions().size();
  }

  // ---- partitions

  private void addPartitions(String topic)
      throws ExecutionException, InterruptedException, TimeoutException {
    int before = size(topics(), topic);
    if (before >= number) {
      say.accept("%s: has %d partitions".formatted(topic, before));
      return;
    }
    long began = System.nanoTime();
    try {
      answer(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(number))).all());
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof InvalidPartitionsException)) { // another run was faster
        throw e;
      }
    }
    while (!led(topics().get(topic))) {
      pause(topic + " to get its partitions");
    }
    say.accept(
        "%s: %d partitions became %d (%d ms)".formatted(topic, before, number, millisSince(began)));
  }

  /** All partitions are there, and have a leader. */
  private boolean led(@Nullable TopicDescription topic) {
    return topic != null
        && topic.partitions().size() >= number
        && topic.partitions().stream().allMatch(p -> p.leader() != null && !p.leader().isEmpty());
  }

  // ---- positions

  private static Map<String, List<String>> groups(String topic) {
    Map<String, List<String>> groups = new TreeMap<>(ConsumerGroups.TOPICS);
    groups.values().removeIf(topics -> !topics.contains(topic));
    return groups;
  }

  private void position(String group, String topic, int first)
      throws ExecutionException, InterruptedException, TimeoutException {
    List<TopicPartition> missing = missing(group, topic, first);
    if (missing.isEmpty()) {
      return;
    }
    long began = System.nanoTime();
    Map<TopicPartition, OffsetAndMetadata> zero = new LinkedHashMap<>();
    missing.forEach(partition -> zero.put(partition, new OffsetAndMetadata(0)));
    while (!committed(group, zero)) {
      pause(group + "'s coordinator");
    }
    say.accept(
        "%s: position 0 in %d new partitions of %s (%d ms)"
            .formatted(group, zero.size(), topic, millisSince(began)));
  }

  /** False: not now; its coordinator moves, or does not know the partitions yet. */
  private boolean committed(String group, Map<TopicPartition, OffsetAndMetadata> positions)
      throws ExecutionException, InterruptedException, TimeoutException {
    try {
      answer(admin.alterConsumerGroupOffsets(group, positions).all());
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownMemberIdException
          || e.getCause() instanceof GroupNotEmptyException) {
        throw new IllegalStateException(
            "%s has started: stop every replica of it and run the same command again"
                .formatted(SERVICES.get(group)),
            e);
      }
      if (e.getCause() instanceof RetriableException) { // a partition that is not known yet too
        return false;
      }
      throw e;
    }
  }

  private List<TopicPartition> missing(String group, String topic, int first)
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<TopicPartition, OffsetAndMetadata> positions =
        answer(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
    List<TopicPartition> missing = new ArrayList<>();
    IntStream.range(first, number)
        .mapToObj(partition -> new TopicPartition(topic, partition))
        .filter(partition -> positions.get(partition) == null)
        .forEach(missing::add);
    return missing;
  }

  /** Before ingress gets the new partitions. */
  private void verify(int first) throws ExecutionException, InterruptedException, TimeoutException {
    for (String topic : ORDER) {
      for (String group : groups(topic).keySet()) {
        List<TopicPartition> missing = missing(group, topic, first);
        if (!missing.isEmpty()) {
          throw new IllegalStateException(
              "%s has no position in %s: run the same command again".formatted(group, missing));
        }
      }
    }
  }

  // ---- members

  private void awaitNoMembers() throws ExecutionException, InterruptedException, TimeoutException {
    long now = System.nanoTime();
    long end = now + Math.min(MEMBERS.toNanos(), (deadline - now) / 2);
    SortedMap<String, Integer> running = members();
    while (!running.isEmpty()) {
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException(
            "running: %s. Stop every replica of policy-service and delivery-service, then run the same command again; ingress-service keeps running"
                .formatted(services(running)));
      }
      TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
      running = members();
    }
  }

  /** Members of the groups that have some. */
  private SortedMap<String, Integer> members()
      throws ExecutionException, InterruptedException, TimeoutException {
    SortedMap<String, Integer> members = new TreeMap<>();
    for (var group : admin.describeConsumerGroups(SERVICES.keySet()).describedGroups().entrySet()) {
      try {
        int number = answer(group.getValue()).members().size();
        if (number > 0) {
          members.put(group.getKey(), number);
        }
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof GroupIdNotFoundException)) {
          throw e;
        }
      }
    }
    return members;
  }

  private static String services(SortedMap<String, Integer> members) {
    SortedMap<String, List<String>> services = new TreeMap<>();
    members.forEach(
        (group, number) ->
            services
                .computeIfAbsent(SERVICES.getOrDefault(group, group), _ -> new ArrayList<>())
                .add("%s: %d".formatted(group, number)));
    return services.entrySet().stream()
        .map(
            each ->
                "%s (members of %s)".formatted(each.getKey(), String.join(", ", each.getValue())))
        .collect(Collectors.joining("; "));
  }

  // ---- waiting

  private void pause(String what) throws InterruptedException, TimeoutException {
    if (System.nanoTime() - deadline > 0) {
      throw new TimeoutException("waited for " + what);
    }
    TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
  }

  private <T> T answer(KafkaFuture<T> future)
      throws ExecutionException, InterruptedException, TimeoutException {
    return future.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
  }

  private static long millisSince(long began) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
  }
}
