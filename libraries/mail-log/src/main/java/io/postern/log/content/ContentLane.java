package io.postern.log.content;

import io.postern.contracts.Headers;
import io.postern.contracts.Topics;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import io.postern.log.content.ContentException.Kind;
import io.postern.log.reading.ConsumerThread;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * One consumer and its thread, which fills the passages that its lane has. Partitions without one
 * are paused. Its position moves by seeking only when the wanted offset is not just ahead
 * (docs/design/the-log.md, "Home partition and content").
 *
 * <p>In each partition it goes forward from passage to passage, each filled to its window on the
 * way, and then back to the first one: nobody waits for more than one sweep, and neighbours are
 * read together. With another lane behind it, it only moves forward, and passages behind its
 * position go there. A log that is away is tried again until the passages' owners give up.
 */
final class ContentLane implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(10);
  private static final Duration IDLE = Duration.ofMillis(200);
  private static final int MAX_FETCH = 4 << 20;
  private static final long EMPTY_NANOS = Duration.ofMillis(2).toNanos();
  // Reading this many records more is cheaper than a seek, which throws away records fetched ahead.
  private static final long NEAR = 32;

  private final LongAdder fetched = new LongAdder();
  private final LongAdder used = new LongAdder();
  private final RecentRecords recent;
  private final @Nullable Consumer<Passage> behind;
  private final OccasionalLog log = new OccasionalLog(ContentLane.class);
  private final LinkedBlockingQueue<Passage> inbox = new LinkedBlockingQueue<>();
  private final Map<TopicPartition, PartitionReading> readings = new HashMap<>();
  private final ConsumerThread thread;

  /** The passages of a partition, and the position of its consumer (-1: none). */
  private static final class PartitionReading {
    final List<Passage> passages = new ArrayList<>();
    long position = -1;
  }

  /**
   * @param fetchBytes of a partition at a time
   * @param keptBytes of records read last
   * @param behind takes passages before the position; null: this lane goes back for them
   */
  ContentLane(
      String name,
      LogSettings settings,
      int fetchBytes,
      int keptBytes,
      @Nullable Consumer<Passage> behind) {
    Properties properties = settings.reader(false);
    // An empty fetch must not wait at the broker: the next question would stand behind it.
    properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 0);
    properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, fetchBytes);
    properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, Math.min(8 * fetchBytes, MAX_FETCH));
    recent = new RecentRecords(keptBytes);
    this.behind = behind;
    thread =
        new ConsumerThread(
            name,
            () -> new KafkaConsumer<>(properties),
            "content cannot be read",
            log,
            new Passages());
  }

  void start() {
    thread.start();
  }

  /**
   * Takes a passage that wants to be filled. Never blocks; bounded by the number of open streams.
   */
  void add(Passage passage) {
    inbox.add(passage);
    if (thread.closed()) {
      failAll();
    }
  }

  /** Bytes of the records that came from Kafka. */
  long fetched() {
    return fetched.sum();
  }

  /** Bytes of the records that passages took. */
  long used() {
    return used.sum();
  }

  @Override
  public void close() {
    thread.close();
  }

  /** Passages outlive a consumer: the next one fills them from where they stand. */
  private final class Passages implements ConsumerThread.Reader {
    @Override
    public ConsumerThread.Session begin(KafkaConsumer<String, byte[]> consumer) {
      readings.values().forEach(r -> r.position = -1);
      Set<TopicPartition> assigned = new HashSet<>();
      return () -> {
        if (receive()) {
          steer(consumer, assigned);
          read(consumer);
        }
      };
    }

    @Override
    public void failed(Exception why) {
      failWanted(why);
    }

    @Override
    public void ended() {
      readings.values().forEach(r -> r.passages.forEach(ContentLane::closedUnder));
      failAll();
    }
  }

  private void failAll() {
    for (Passage passage = inbox.poll(); passage != null; passage = inbox.poll()) {
      closedUnder(passage);
    }
  }

  private static void closedUnder(Passage passage) {
    passage.fail(Kind.UNAVAILABLE, "the reader was closed", null);
  }

  /**
   * Takes passages out of the inbox; waits a little when there is nothing to do. True: there is
   * something to read.
   */
  private boolean receive() throws InterruptedException {
    boolean idle = readings.values().stream().allMatch(r -> r.passages.isEmpty());
    Passage passage = idle ? inbox.poll(IDLE.toMillis(), TimeUnit.MILLISECONDS) : inbox.poll();
    for (; passage != null; passage = inbox.poll()) {
      admit(passage);
    }
    return readings.values().stream().anyMatch(r -> !r.passages.isEmpty());
  }

  private void admit(Passage passage) {
    if (fill(passage)) {
      return;
    }
    PartitionReading here =
        readings.computeIfAbsent(passage.partition(), p -> new PartitionReading());
    if (behind != null && passage.position() < here.position) {
      behind.accept(passage);
    } else {
      here.passages.add(passage);
    }
  }

  /** Fills from the records read lately; true when the passage wants nothing more now. */
  private boolean fill(Passage passage) {
    while (!passage.release()) {
      ConsumerRecord<String, byte[]> chunk = recent.get(passage.partition(), passage.position());
      if (chunk == null) {
        return false;
      }
      passage.take(chunk.key(), chunk.value());
      used.add(RecentRecords.octets(chunk));
    }
    return true;
  }

  private void steer(KafkaConsumer<String, byte[]> consumer, Set<TopicPartition> assigned) {
    if (assigned.addAll(readings.keySet())) {
      consumer.assign(assigned);
    }
    for (Map.Entry<TopicPartition, PartitionReading> entry : readings.entrySet()) {
      PartitionReading here = entry.getValue();
      here.passages.removeIf(Passage::release);
      if (here.passages.isEmpty()) {
        if (here.position < 0) {
          // A partition without a position makes poll() fail.
          consumer.seek(entry.getKey(), 0);
          here.position = 0;
        }
        consumer.pause(List.of(entry.getKey()));
        continue;
      }
      long target = target(here);
      if (here.position < 0 || target < here.position || target > here.position + NEAR) {
        consumer.seek(entry.getKey(), target);
        here.position = target;
      }
      consumer.resume(List.of(entry.getKey()));
    }
  }

  /** The next passage ahead; behind the last one the first. */
  private static long target(PartitionReading here) {
    long ahead = Long.MAX_VALUE;
    long first = Long.MAX_VALUE;
    for (Passage passage : here.passages) {
      long position = passage.position();
      first = Math.min(first, position);
      if (position >= here.position) {
        ahead = Math.min(ahead, position);
      }
    }
    return ahead == Long.MAX_VALUE ? first : ahead;
  }

  private void read(KafkaConsumer<String, byte[]> consumer) {
    ConsumerRecords<String, byte[]> records;
    try {
      records = consumer.poll(POLL);
    } catch (OffsetOutOfRangeException e) {
      outOfRange(consumer, e.offsetOutOfRangePartitions().keySet());
      return;
    }
    for (Map.Entry<TopicPartition, PartitionReading> entry : readings.entrySet()) {
      if (!entry.getValue().passages.isEmpty()) {
        dispatch(consumer, entry.getKey(), entry.getValue(), records.records(entry.getKey()));
      }
    }
    if (records.isEmpty()) {
      LockSupport.parkNanos(EMPTY_NANOS);
    } else {
      log.over("content is read again");
    }
  }

  private void dispatch(
      KafkaConsumer<String, byte[]> consumer,
      TopicPartition partition,
      PartitionReading here,
      List<ConsumerRecord<String, byte[]>> chunks) {
    long expected = here.position;
    for (ConsumerRecord<String, byte[]> chunk : chunks) {
      gap(here, expected, chunk.offset());
      ConsumerRecord<String, byte[]> content = content(chunk);
      recent.put(partition, content);
      fetched.add(RecentRecords.octets(content));
      expected = chunk.offset() + 1;
    }
    here.position = consumer.position(partition);
    gap(here, expected, here.position);
    here.passages.removeIf(this::fill);
  }

  // Of an envelope's record the sealed content alone: a copy, so that no fetch stays in memory with
  // it. Without one it is empty.
  private static ConsumerRecord<String, byte[]> content(ConsumerRecord<String, byte[]> record) {
    if (!record.topic().equals(Topics.MAIL_ACCEPTED)) {
      return record;
    }
    Header sealed = record.headers().lastHeader(Headers.SEALED_CONTENT);
    return new ConsumerRecord<>(
        record.topic(),
        record.partition(),
        record.offset(),
        record.key(),
        sealed == null ? new byte[0] : sealed.value());
  }

  // Offsets that hold no record: deleted ones, or transaction markers.
  private static void gap(PartitionReading here, long from, long to) {
    if (to > from) {
      for (Passage passage : here.passages) {
        if (passage.position() >= from && passage.position() < to) {
          passage.missing(to);
        }
      }
    }
  }

  private void outOfRange(KafkaConsumer<String, byte[]> consumer, Set<TopicPartition> partitions) {
    Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    for (TopicPartition partition : partitions) {
      long begin = begins.getOrDefault(partition, 0L);
      long end = ends.getOrDefault(partition, 0L);
      PartitionReading here = readings.get(partition);
      if (here == null) {
        continue;
      }
      for (Iterator<Passage> i = here.passages.iterator(); i.hasNext(); ) {
        Passage passage = i.next();
        if (passage.position() < begin || passage.position() >= end) {
          passage.fail(Kind.GONE, "Kafka has " + begin + " to " + (end - 1), null);
          i.remove();
        }
      }
      here.position = -1;
    }
  }

  // One of them may be the cause: without this the others would wait behind it for ever.
  private void failWanted(Exception why) {
    if (why instanceof RetriableException || !(why instanceof KafkaException)) {
      return;
    }
    for (PartitionReading here : readings.values()) {
      if (!here.passages.isEmpty()) {
        long target = target(here);
        here.passages.removeIf(
            passage -> {
              boolean first = passage.position() == target;
              if (first) {
                passage.fail(Kind.UNAVAILABLE, "Kafka could not read it", why);
              }
              return first;
            });
      }
    }
  }
}
