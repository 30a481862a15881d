package io.postern.delivery.position;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code mail.deliveries}, has each delivery done on a virtual thread of its own, and commits
 * the outcomes together with the position (log-mechanics §5). The Kafka client itself, as no
 * framework has a position of offset and bitmap, nor commits it with records out of order (DESIGN
 * §3).
 *
 * <p>One thread owns consumer, producer and all {@link PartitionWork}: {@link #run}. Bounds: the
 * window of deliveries a partition and of bytes in all; beyond it partitions are paused, but what
 * one poll returned is started. While outcomes cannot be committed, or {@code mayStart} says no,
 * nothing starts. A broker that is away is waited for; open deliveries go on meanwhile and are
 * neither started twice nor forgotten by this replica.
 */
public final class DeliveryReader implements Runnable, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(DeliveryReader.class.getName());
  private static final int MAX_POLL_RECORDS = 100;
  private static final int MAX_SPAN = 10_000; // log-mechanics §5: what the metadata holds with ease
  private static final int FETCH_BYTES = 4 << 20;
  private static final int PARTITION_FETCH_BYTES = 512 * 1024;
  private static final Duration IDLE_POLL = Duration.ofMillis(100);
  private static final Duration COMMITTED_PATIENCE = Duration.ofSeconds(10);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(20);
  private static final long REBUILD_PAUSE_MILLIS = 500;
  private static final Duration RETRY_PAUSE = Duration.ofMillis(200);

  private final LogSettings log;
  private final ReaderSettings settings;
  private final Deliveries deliveries;
  private final BooleanSupplier mayStart;
  private final OccasionalLog complaints = new OccasionalLog(DeliveryReader.class);
  private final OutcomeLog outcomes;
  private final Map<TopicPartition, PartitionWork> works;
  private volatile @Nullable KafkaConsumer<String, byte[]> consumer;
  private volatile boolean closed;
  private volatile int assigned = -1;
  private volatile long turnNanos = System.nanoTime();
  private long commitBegan = System.nanoTime();
  private boolean stalled;
  private boolean tearingDown;

  /**
   * @param mayStart whether deliveries may start now (the directory was read to its end)
   * @param observer sees each outcome that became durable
   */
  public DeliveryReader(
      LogSettings log,
      ReaderSettings settings,
      Deliverer deliverer,
      BooleanSupplier mayStart,
      Consumer<OutcomeRecorded> observer) {
    this.log = log;
    this.settings = settings;
    this.mayStart = mayStart;
    this.outcomes = new OutcomeLog(log, complaints);
    this.deliveries = new Deliveries(deliverer, observer);
    this.works = deliveries.works();
  }

  /** Runs until {@link #close}. */
  @Override
  public void run() {
    while (!closed) {
      try {
        session();
      } catch (RuntimeException e) {
        complaints.warn("the log's reader begins again", e);
      }
      assigned = -1;
      pause();
    }
    outcomes.close();
  }

  private void session() {
    KafkaConsumer<String, byte[]> member = new KafkaConsumer<>(consumerProperties());
    consumer = member;
    boolean orderly = false;
    tearingDown = false; // a close that threw may have left it
    try {
      member.subscribe(List.of(Topics.MAIL_DELIVERIES), new Assignment(member));
      try {
        while (!closed) {
          turn(member);
        }
      } catch (WakeupException e) {
        // close() was called
      }
      orderly = true;
    } finally {
      consumer = null;
      tearingDown = !orderly;
      if (tearingDown) {
        works.values().forEach(PartitionWork::disown);
      }
      // Gives the partitions up in order, or keeps what is in flight for the next session.
      member.close(CloseOptions.timeout(CLOSE_PATIENCE));
      tearingDown = false;
    }
  }

  private void turn(KafkaConsumer<String, byte[]> member) {
    turnNanos = System.nanoTime();
    if (!outcomes.usable()) {
      rebuildProducer(member);
    }
    steer(member);
    ConsumerRecords<String, byte[]> records =
        member.poll(deliveries.inWindow() > 0 ? settings.commitInterval() : IDLE_POLL);
    for (TopicPartition partition : records.partitions()) {
      PartitionWork work = works.get(partition);
      if (work != null && work.owned()) {
        records.records(partition).forEach(record -> start(work, record));
      }
    }
    for (PartitionWork work : works.values()) {
      if (work.owned()) {
        work.position().passedOver(member.position(work.partition, COMMITTED_PATIENCE));
      }
    }
    deliveries.collect();
    Duration pause = stalled ? RETRY_PAUSE : settings.commitInterval();
    if (System.nanoTime() - commitBegan >= pause.toNanos()) {
      commit(member, Set.of());
    }
  }

  private void start(PartitionWork work, ConsumerRecord<String, byte[]> record) {
    if (!work.position().returned(record.offset()) || work.isOpen(record.offset())) {
      return;
    }
    try {
      deliveries.start(work, record, parse(record));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      // Its recipients are not known; the audit finds them in no place and says so.
      LOG.log(
          System.Logger.Level.ERROR,
          "the delivery at " + work.partition + " offset " + record.offset() + " is unreadable",
          e);
      work.position().finish(record.offset());
    }
  }

  private static DeliveryRequested parse(ConsumerRecord<String, byte[]> record)
      throws InvalidProtocolBufferException {
    if (record.value() == null) {
      throw new IllegalArgumentException("it has no value");
    }
    DeliveryRequested request = DeliveryRequested.parseFrom(record.value());
    // Its outcome goes to the queue id's partition: one that is not there would fail every commit.
    if (QueueId.parse(request.getQueueId()).partition() != record.partition()) {
      throw new IllegalArgumentException("its queue id is of another partition");
    }
    return request;
  }

  /** Pauses what must not be read further, resumes what may. */
  private void steer(KafkaConsumer<String, byte[]> member) {
    boolean open =
        outcomes.usable()
            && !stalled
            && mayStart.getAsBoolean()
            && deliveries.weight() < settings.bufferBytes();
    int inWindow = Math.max(0, settings.window() - MAX_POLL_RECORDS);
    for (PartitionWork work : works.values()) {
      if (work.owned()) {
        boolean pause = !open || work.inWindow() > inWindow || work.position().span() > MAX_SPAN;
        if (pause != work.paused()) {
          work.paused(pause);
          if (pause) {
            member.pause(Set.of(work.partition));
          } else {
            member.resume(Set.of(work.partition));
          }
        }
      }
    }
  }

  /**
   * One transaction with all that is ready; {@code released}: partitions that are given up with it.
   */
  private void commit(KafkaConsumer<String, byte[]> member, Collection<TopicPartition> released) {
    Deliveries.Batch batch = deliveries.batch(released);
    if (batch.isEmpty()) {
      return;
    }
    commitBegan = System.nanoTime();
    OutcomeLog.End end =
        outcomes.commit(batch.outcomes(), batch.positions(), member.groupMetadata());
    if (end == OutcomeLog.End.COMMITTED) {
      stalled = false;
      deliveries.settled(batch);
    } else {
      stalled = true;
    }
  }

  // What became of the last transaction is read from the committed positions, which are read
  // stable:
  // the answer waits for a transaction that is still open.
  private void rebuildProducer(KafkaConsumer<String, byte[]> member) {
    try {
      outcomes.rebuild();
      Set<TopicPartition> mine = Set.copyOf(member.assignment());
      if (!mine.isEmpty()) {
        positions(member, mine)
            .forEach((partition, position) -> deliveries.reconcile(partition, position, false));
      }
      stalled = false;
      complaints.over("outcomes can be committed");
    } catch (WakeupException e) {
      throw e;
    } catch (KafkaException e) {
      outcomes.discard();
      complaints.warn("outcomes cannot be committed, no delivery starts", e);
    }
  }

  private static Map<TopicPartition, DeliveryPosition> positions(
      KafkaConsumer<String, byte[]> member, Set<TopicPartition> partitions) {
    Map<TopicPartition, DeliveryPosition> positions = new HashMap<>();
    Map<TopicPartition, OffsetAndMetadata> committed =
        member.committed(partitions, COMMITTED_PATIENCE);
    for (TopicPartition partition : partitions) {
      OffsetAndMetadata position = committed.get(partition);
      if (position == null) {
        // log-mechanics §1: it was made with the topic, so it is lost; guessing would lose or
        // double.
        throw new IllegalStateException(
            "group " + ConsumerGroups.DELIVERY + " has lost its position in " + partition);
      }
      positions.put(partition, DeliveryPosition.decode(position.offset(), position.metadata()));
    }
    return positions;
  }

  private final class Assignment implements ConsumerRebalanceListener {
    private final KafkaConsumer<String, byte[]> member;

    private Assignment(KafkaConsumer<String, byte[]> member) {
      this.member = member;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> added) {
      positions(member, Set.copyOf(added))
          .forEach(
              (partition, position) -> {
                deliveries.reconcile(partition, position, true).paused(true);
                member.seek(partition, position.next());
                // Whether it may start is decided before the next poll: this one returns none of
                // it.
                member.pause(Set.of(partition));
              });
      // Ours before the client was rebuilt, and now another's.
      deliveries.loseDisowned();
      count();
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> gone) {
      if (tearingDown) {
        return; // kept, see session()
      }
      gone.forEach(deliveries::stopStarting);
      deliveries.awaitOpen(gone, settings.revocationPatience());
      commit(member, gone);
      gone.forEach(deliveries::lose);
      count();
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> gone) {
      // The log was away for longer than the session lasts. Whether another has them is known at
      // the
      // next assignment; until then what is in flight is kept.
      works.values().stream()
          .filter(w -> gone.contains(w.partition))
          .forEach(PartitionWork::disown);
      count();
    }

    private void count() {
      assigned = (int) works.values().stream().filter(PartitionWork::owned).count();
    }
  }

  private Properties consumerProperties() {
    Properties properties = log.consumer(ConsumerGroups.DELIVERY);
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_POLL_RECORDS);
    properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
    properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, PARTITION_FETCH_BYTES);
    properties.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
    properties.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 2_000);
    return properties;
  }

  private void pause() {
    try {
      if (!closed) {
        Thread.sleep(REBUILD_PAUSE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closed = true;
    }
  }

  /** Member of the group; the number of partitions it owns, -1 while it is no member. */
  public int assigned() {
    return assigned;
  }

  /** The loop turns and outcomes can be committed. */
  public boolean committing() {
    return outcomes.usable() && !stalled;
  }

  /** Since the loop's last turn. */
  public Duration sinceTurn() {
    return Duration.ofNanos(System.nanoTime() - turnNanos);
  }

  /** Open deliveries and outcomes not durable yet. */
  public int inWindow() {
    return deliveries.inWindow();
  }

  /** Ends {@link #run}: nothing new starts, open deliveries are waited for, positions committed. */
  @Override
  public void close() {
    closed = true;
    KafkaConsumer<String, byte[]> current = consumer;
    if (current != null) {
      current.wakeup();
    }
  }
}
