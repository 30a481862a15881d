package io.postern.policy.whatif;

import io.postern.api.ProblemException;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.ComparisonRecord;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.asking.LossySender;
import io.postern.log.reading.TopicOnDemand;
import io.postern.policy.whatif.RecordedComparison.Snapshot;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The comparisons in the log: made by any replica, shown by each. Reading begins with the first
 * question, since most replicas are never asked.
 *
 * <p>Bounds: the comparisons of the last hour, of a user the newest {@value #MOST_OF_USER} and
 * {@value #MOST_BYTES_OF_USER} bytes, in all {@value #MOST} and {@value #MOST_BYTES} bytes; the
 * oldest leave first. Only users of the API fill them. Thread-safe; calls block for Kafka, 10 s at
 * most.
 */
@Singleton
public class ComparisonLog {
  static final int MOST = 200;
  static final int MOST_OF_USER = 10;
  static final int MOST_BYTES = 32 << 20;
  static final int MOST_BYTES_OF_USER = 8 << 20;

  private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  private static final Duration KEPT = Duration.ofHours(1);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  // Another replica has begun it: its record is on its way here.
  private static final Duration BEHIND = Duration.ofSeconds(2);

  private final LossySender sender;
  private final TopicOnDemand topic;
  private final Map<String, RecordedComparison> all = new HashMap<>(); // guarded by this
  private volatile Consumer<String> canceller = _ -> {};

  ComparisonLog(LogSettings settings, LossySender sender) {
    this.sender = sender;
    topic = new TopicOnDemand(settings, Topics.COMPARISON_RESULTS, this::take);
  }

  private void take(ConsumerRecord<String, byte @Nullable []> record) throws IOException {
    byte[] value = record.value();
    if (value == null) {
      return;
    }
    ComparisonRecord its = ComparisonRecord.parseFrom(value);
    if (its.getCancel()) {
      canceller.accept(its.getComparisonId());
    } else {
      take(its, record.timestamp(), System.nanoTime());
    }
  }

  /**
   * @param millis the log's time of the record
   * @param nanos when it came here
   */
  synchronized void take(ComparisonRecord record, long millis, long nanos) {
    String id = record.getComparisonId();
    RecordedComparison its = all.get(id);
    if (its == null) {
      if (record.getNumber() > 0) {
        return; // its beginning is gone, and with it whose mail it is
      }
      its = new RecordedComparison(id);
      all.put(id, its);
    }
    its.take(record, millis, nanos);
    forget(its);
    notifyAll();
  }

  private void forget(RecordedComparison newest) {
    all.values()
        .removeIf(each -> System.currentTimeMillis() - each.newestMillis() > KEPT.toMillis());
    leave(newest, each -> each.by().equals(newest.by()), MOST_OF_USER, MOST_BYTES_OF_USER);
    leave(newest, _ -> true, MOST, MOST_BYTES);
  }

  /** The oldest of some leave until those that stay are within the bounds, or the newest alone. */
  private void leave(
      RecordedComparison newest, Predicate<RecordedComparison> of, int most, int mostBytes) {
    List<RecordedComparison> stay = new ArrayList<>(all.values());
    stay.removeIf(each -> each == newest || !of.test(each));
    stay.sort(Comparator.comparingLong(RecordedComparison::newestMillis).reversed());
    int count = 1;
    long bytes = newest.bytes();
    for (RecordedComparison each : stay) {
      count++;
      bytes += each.bytes();
      if (count > most || bytes > mostBytes) {
        all.remove(each.id());
      }
    }
  }

  /** Calls with the id of each comparison that is to end, on the reader's thread. */
  void onCancel(Consumer<String> canceller) {
    this.canceller = canceller;
  }

  /**
   * Reads what is there.
   *
   * @throws ProblemException 503: the log is away
   */
  void read() {
    try {
      if (!topic.awaitRead(PATIENCE)) {
        throw ProblemException.kafkaAway();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ProblemException.kafkaAway();
    }
  }

  /**
   * A comparison as far as it is known; empty: there is none, which takes 2 s to say of what could
   * be one.
   *
   * @throws ProblemException 503: the log is away
   */
  Optional<Snapshot> find(String id) {
    read();
    return ID.matcher(id).matches() ? await(id, BEHIND) : Optional.empty();
  }

  /** Waits until this replica has read that it began. */
  void awaitBegun(String id) {
    var unused = await(id, PATIENCE);
  }

  private synchronized Optional<Snapshot> await(String id, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    RecordedComparison its = all.get(id);
    for (long left = patience.toMillis();
        (its == null || !its.isKnown()) && left > 0;
        left = (end - System.nanoTime()) / 1_000_000) {
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw ProblemException.kafkaAway();
      }
      its = all.get(id);
    }
    return its != null && its.isKnown()
        ? Optional.of(its.snapshot(System.nanoTime()))
        : Optional.empty();
  }

  /** Of a comparison of this replica. */
  ComparisonPublisher publisher(String id) {
    return new ComparisonPublisher(sender, id, PATIENCE);
  }

  /**
   * Has a comparison ended, wherever it runs.
   *
   * @throws ProblemException 503: the log is away
   */
  void cancel(String id) {
    try {
      sender.sendNow(
          Topics.COMPARISON_RESULTS,
          id,
          ComparisonRecord.newBuilder().setComparisonId(id).setCancel(true).build(),
          PATIENCE);
    } catch (LogUnavailableException e) {
      throw ProblemException.kafkaAway();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ProblemException.kafkaAway();
    }
  }

  @PreDestroy
  void close() {
    topic.close();
  }
}
