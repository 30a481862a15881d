package io.postern.log.era;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.DeliveryPosition.LeaseBeginning;
import io.postern.contracts.Marks;
import io.postern.contracts.Owner;
import io.postern.contracts.TopicDeclaration;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DecisionSource;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.rules.AttemptKey;
import io.postern.log.rules.Chain;
import io.postern.log.rules.FirstMark;
import io.postern.log.rules.MessageAttempt;
import io.postern.log.rules.OutcomeRule;
import io.postern.log.rules.PartitionLedger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.jspecify.annotations.Nullable;

/**
 * Beginning of a new era of delivery's consumer group, when the group was deleted with its
 * positions: each partition's position is derived from the log alone, and its owners are later than
 * all before (docs/design/the-log.md, "A new era"). No replica of delivery may be alive meanwhile,
 * not even one that is stopped or paused.
 *
 * <p>Both topics are read two or three times, partition by partition. Memory: 8 bytes a recipient's
 * outcome of one partition. Any thread; blocks.
 *
 * <p>Failure: {@link IllegalStateException} with a sentence where the group has members, or the log
 * contradicts itself; {@link LogUnavailableException} where it does not answer. Positions are
 * committed all or none.
 */
public final class DeliveryEra {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  // An owner reads no further beyond its committed position, where all before is finished.
  private static final long AHEAD = PartitionLedger.MOST_AHEAD + PartitionLedger.MOST_AT_ONCE;
  private static final String DECIDERS_VERSION = "2/";

  private final Admin admin;
  private final KafkaConsumer<String, byte[]> reader;
  private final long oldest;
  private int latestEra;

  private DeliveryEra(Admin admin, KafkaConsumer<String, byte[]> reader) {
    this.admin = admin;
    this.reader = reader;
    // Outcomes are kept so long, and no message lives longer.
    this.oldest =
        System.currentTimeMillis()
            - Topics.ALL.stream()
                .filter(topic -> topic.name().equals(Topics.MAIL_OUTCOMES))
                .map(TopicDeclaration::retention)
                .findFirst()
                .orElseThrow()
                .toMillis();
  }

  /**
   * @return the positions, by partition of {@code mail.deliveries}
   */
  public static Map<Integer, DeliveryPosition> begin(LogSettings settings)
      throws LogUnavailableException, InterruptedException {
    try (Admin admin = Admin.create(settings.admin());
        KafkaConsumer<String, byte[]> reader = new KafkaConsumer<>(settings.reader(false))) {
      return new DeliveryEra(admin, reader).begin();
    } catch (ExecutionException e) {
      if (isOfMembers(e.getCause())) {
        throw hasMembers();
      }
      throw new LogUnavailableException("Kafka could not be queried: " + e.getCause(), e);
    } catch (TimeoutException | KafkaException e) {
      throw new LogUnavailableException("Kafka could not be read: " + e, e);
    }
  }

  private static boolean isOfMembers(@Nullable Throwable cause) {
    return cause instanceof GroupNotEmptyException || cause instanceof UnknownMemberIdException;
  }

  private static IllegalStateException hasMembers() {
    return new IllegalStateException(
        "group "
            + ConsumerGroups.DELIVERY
            + " has members: stop every replica of delivery-service, then start again");
  }

  private Map<Integer, DeliveryPosition> begin()
      throws ExecutionException, InterruptedException, TimeoutException {
    if (anyMember()) {
      throw hasMembers();
    }
    Map<Integer, DerivedPosition> derived = new TreeMap<>();
    for (PartitionInfo partition : reader.partitionsFor(Topics.MAIL_DELIVERIES, PATIENCE)) {
      derived.put(partition.partition(), derive(partition.partition()));
    }
    Map<Integer, DeliveryPosition> positions = new LinkedHashMap<>();
    Map<TopicPartition, OffsetAndMetadata> committed = new LinkedHashMap<>();
    derived.forEach(
        (partition, each) -> {
          DeliveryPosition position = each.position(latestEra + 1);
          positions.put(partition, position);
          committed.put(
              new TopicPartition(Topics.MAIL_DELIVERIES, partition),
              new OffsetAndMetadata(position.next(), position.encode()));
        });
    // The coordinator refuses it while there is a member.
    answer(admin.alterConsumerGroupOffsets(ConsumerGroups.DELIVERY, committed).all());
    return positions;
  }

  private boolean anyMember() throws ExecutionException, InterruptedException, TimeoutException {
    try {
      return !answer(
              admin
                  .describeConsumerGroups(List.of(ConsumerGroups.DELIVERY))
                  .describedGroups()
                  .get(ConsumerGroups.DELIVERY))
          .members()
          .isEmpty();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof GroupIdNotFoundException) {
        return false; // deleted
      }
      throw e;
    }
  }

  private record DerivedPosition(long next, Marks marks, long outcomesFrom, Owner there) {
    /** Nobody says that the last owner has released it: the taker waits for its lease. */
    DeliveryPosition position(int era) {
      LeaseBeginning unknown = new LeaseBeginning("", 0, 0);
      return new DeliveryPosition(next, marks, outcomesFrom, there, era, false, unknown);
    }
  }

  private DerivedPosition derive(int partition)
      throws ExecutionException, InterruptedException, TimeoutException {
    // Asked before the ends: the Decisions of these positions stand before them.
    Map<TopicPartition, OffsetAndMetadata> decider =
        answer(
            admin.listConsumerGroupOffsets(ConsumerGroups.DECIDER).partitionsToOffsetAndMetadata());
    Part deliveries = part(Topics.MAIL_DELIVERIES, partition);
    Part outcomes = part(Topics.MAIL_OUTCOMES, partition);
    Hashes written = new Hashes();
    read(
        outcomes,
        record -> {
          OutcomeRecorded outcome = outcome(record);
          latestEra = Math.max(latestEra, outcome.getOwner().getEra());
          keys(outcome).forEach(key -> written.add(hash(key)));
        });
    written.sort();

    LastDecisions decided = decided(deliveries, marksBefore(deliveries, decider), written);
    Set<AttemptKey> recent = new HashSet<>(decided.recent());
    Set<AttemptKey> last = new HashSet<>(decided.last());
    boolean[] lastFound = {last.isEmpty()};
    long[] from = {-1};
    OutcomeRule rule = new OutcomeRule(Owner.NOBODY);
    read(
        outcomes,
        record -> {
          OutcomeRecorded outcome = outcome(record);
          List<AttemptKey> keys = keys(outcome);
          lastFound[0] |= keys.stream().anyMatch(last::contains);
          if (from[0] < 0 && keys.stream().anyMatch(recent::contains)) {
            from[0] = record.offset();
          } else if (from[0] < 0 && outcome.hasOwner()) {
            var unused = rule.taken(Owner.of(outcome.getOwner()));
          }
        });
    if (!lastFound[0]) { // two recipients have one hash
      throw new IllegalStateException("the position of partition " + partition + " is unknown");
    }
    return new DerivedPosition(
        decided.next(), decided.marks(), from[0] < 0 ? outcomes.end() : from[0], rule.inForce());
  }

  /**
   * @param last recipients of the last Decision that has an outcome
   * @param recent recipients of the Decisions from {@code next} to that
   */
  private record LastDecisions(
      long next, Marks marks, List<AttemptKey> last, List<AttemptKey> recent) {}

  private LastDecisions decided(Part deliveries, Marks first, Hashes written) {
    long[] next = {deliveries.begin()};
    long[] last = {-1};
    List<AttemptKey> lastKeys = new ArrayList<>();
    Chain chain = new Chain(first);
    read(
        deliveries,
        record -> {
          if (record.timestamp() < oldest) {
            next[0] = record.offset() + 1;
          }
          List<AttemptKey> keys = counting(chain, decision(record));
          if (keys.stream().anyMatch(key -> written.has(hash(key)))) {
            last[0] = record.offset();
            lastKeys.clear();
            lastKeys.addAll(keys);
          }
        });
    long from = Math.max(next[0], last[0] - AHEAD + 1);
    Chain again = new Chain(first);
    Marks[] before = {first};
    List<AttemptKey> recent = new ArrayList<>();
    read(
        new Part(deliveries.partition(), deliveries.begin(), Math.max(from, last[0] + 1)),
        record -> {
          List<AttemptKey> keys = counting(again, decision(record));
          if (record.offset() < from) {
            before[0] = again.marks();
          } else {
            recent.addAll(keys);
          }
        });
    return new LastDecisions(from, before[0], lastKeys, recent);
  }

  /** The chain's marks where the log begins. */
  private Marks marksBefore(Part deliveries, Map<TopicPartition, OffsetAndMetadata> decider) {
    if (deliveries.begin() == 0) {
      return Marks.NONE;
    }
    int partition = deliveries.partition().partition();
    long accepted = decided(decider, new TopicPartition(Topics.MAIL_ACCEPTED, partition));
    long due = decided(decider, new TopicPartition(Topics.MAIL_DUE, partition));
    FirstMark firstAccepted = new FirstMark();
    FirstMark firstDue = new FirstMark();
    read(
        deliveries,
        record -> {
          Decision decision = decision(record);
          if (decision.getSource() == DecisionSource.SOURCE_ACCEPTED) {
            firstAccepted.read(decision.getSourceOffset(), decision.getPrevious());
          } else if (decision.getSource() == DecisionSource.SOURCE_DUE) {
            firstDue.read(decision.getSourceOffset(), decision.getPrevious());
          }
        });
    return new Marks(firstAccepted.before(accepted), firstDue.before(due));
  }

  private static long decided(
      Map<TopicPartition, OffsetAndMetadata> decider, TopicPartition source) {
    OffsetAndMetadata position = decider.get(source);
    if (position == null) {
      throw new IllegalStateException(
          "group " + ConsumerGroups.DECIDER + " has lost its position in " + source + " too");
    }
    return position.metadata().startsWith(DECIDERS_VERSION)
        ? Long.parseLong(position.metadata().substring(DECIDERS_VERSION.length()))
        : -1;
  }

  /** Recipients of a Decision that counts; of any other none. */
  private static List<AttemptKey> counting(Chain chain, Decision decision) {
    if (decision.getSource() != DecisionSource.SOURCE_ACCEPTED
        && decision.getSource() != DecisionSource.SOURCE_DUE) {
      return List.of();
    }
    Chain.Link link =
        chain.read(decision.getSource(), decision.getSourceOffset(), decision.getPrevious());
    if (link != Chain.Link.NEXT) {
      return List.of();
    }
    MessageAttempt attempt = new MessageAttempt(decision.getQueueId(), decision.getAttempt());
    List<AttemptKey> keys = new ArrayList<>();
    for (DeliveryRequested delivery : decision.getDeliveriesList()) {
      for (int recipient : delivery.getRecipientsList()) {
        keys.add(new AttemptKey(attempt, recipient));
      }
    }
    for (OutcomeRecorded outcome : decision.getOutcomesList()) {
      for (RecipientOutcome recipient : outcome.getRecipientsList()) {
        keys.add(new AttemptKey(attempt, recipient.getRecipient()));
      }
    }
    return keys;
  }

  /** Of a copy of content none: it says nothing of an attempt. */
  private static List<AttemptKey> keys(OutcomeRecorded outcome) {
    if (outcome.getMovedContentCount() > 0) {
      return List.of();
    }
    MessageAttempt attempt = new MessageAttempt(outcome.getQueueId(), outcome.getAttempt());
    return outcome.getRecipientsList().stream()
        .map(r -> new AttemptKey(attempt, r.getRecipient()))
        .toList();
  }

  // As delivery reads them: of a broken one the fields before the fault.
  private static Decision decision(ConsumerRecord<String, byte[]> record) {
    try {
      return Decision.parseFrom(record.value() == null ? new byte[0] : record.value());
    } catch (InvalidProtocolBufferException e) {
      return e.getUnfinishedMessage() instanceof Decision some
          ? some
          : Decision.getDefaultInstance();
    }
  }

  private static OutcomeRecorded outcome(ConsumerRecord<String, byte[]> record) {
    try {
      return OutcomeRecorded.parseFrom(record.value() == null ? new byte[0] : record.value());
    } catch (InvalidProtocolBufferException e) {
      return OutcomeRecorded.getDefaultInstance(); // nobody counts it
    }
  }

  /** Offsets of the records that a partition holds. */
  private record Part(TopicPartition partition, long begin, long end) {}

  private Part part(String topic, int number) {
    TopicPartition partition = new TopicPartition(topic, number);
    long begin = reader.beginningOffsets(List.of(partition), PATIENCE).getOrDefault(partition, 0L);
    long end = reader.endOffsets(List.of(partition), PATIENCE).getOrDefault(partition, 0L);
    return new Part(partition, begin, end);
  }

  private void read(Part part, Consumer<ConsumerRecord<String, byte[]>> each) {
    reader.assign(List.of(part.partition()));
    reader.seek(part.partition(), part.begin());
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (reader.position(part.partition(), PATIENCE) < part.end()) {
      if (System.nanoTime() - deadline > 0) {
        throw new KafkaException(
            "nothing from " + part.partition() + " arrived within " + PATIENCE);
      }
      for (ConsumerRecord<String, byte[]> record : reader.poll(POLL).records(part.partition())) {
        deadline = System.nanoTime() + PATIENCE.toNanos();
        if (record.offset() < part.end()) {
          each.accept(record);
        }
      }
    }
  }

  private static long hash(AttemptKey key) {
    long hash = 0xcbf29ce484222325L; // FNV-1a
    String queueId = key.attempt().queueId();
    for (int i = 0; i < queueId.length(); i++) {
      hash = (hash ^ queueId.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ key.attempt().number()) * 0x100000001b3L;
    return (hash ^ key.recipient()) * 0x100000001b3L;
  }

  private <T> T answer(@Nullable KafkaFuture<T> future)
      throws ExecutionException, InterruptedException, TimeoutException {
    if (future == null) {
      throw new KafkaException("Kafka did not respond");
    }
    return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }
}
