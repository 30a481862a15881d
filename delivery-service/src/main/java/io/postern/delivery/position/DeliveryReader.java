package io.postern.delivery.position;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code mail.deliveries}, has each delivery done on a virtual thread of its own, and commits
 * the outcomes together with the position; the commits prove the lease on which final dots rest
 * (log-mechanics §5). The Kafka client itself, as no framework has a position of offset and bitmap,
 * nor commits it with records out of order (DESIGN §3).
 *
 * <p>One thread owns consumer, producer and all {@link PartitionWork}: {@link #run}. Bounds: the
 * window of deliveries a partition and of bytes in all; beyond it partitions are paused, but what
 * one poll returned is started. While outcomes cannot be committed, or {@code mayStart} says no,
 * nothing starts. A broker that is away is waited for; open deliveries go on meanwhile, send no
 * final dot after the lease, and are neither started twice nor forgotten by this replica.
 */
public final class DeliveryReader implements Runnable, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(DeliveryReader.class.getName());
  private static final int MAX_POLL_RECORDS = 100;
  private static final int FETCH_BYTES = 4 << 20;
  private static final int PARTITION_FETCH_BYTES = 512 * 1024;
  private static final Duration IDLE_POLL = Duration.ofMillis(100);
  private static final Duration POSITION_PATIENCE = Duration.ofSeconds(10);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(20);
  private static final long REBUILD_PAUSE_MILLIS = 500;

  // Most final replies come within a second; who takes over does not wait longer for the others.
  private static final Duration DRAIN = Duration.ofSeconds(2);

  private final LogSettings log;
  private final ReaderSettings settings;
  private final Deliveries deliveries;
  private final Watch watch;
  private final TakeoverCounts counts = new TakeoverCounts();
  private final BooleanSupplier mayStart;
  private final LongSupplier clock;
  private final OccasionalLog complaints = new OccasionalLog(DeliveryReader.class);
  private final Commits commits;
  private final Map<TopicPartition, PartitionWork> works;
  private volatile @Nullable KafkaConsumer<String, byte[]> consumer;
  private volatile boolean closed;
  private volatile int assigned = -1;
  private volatile boolean begun;
  private volatile long turnNanos = System.nanoTime();
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
    this(log, settings, deliverer, mayStart, observer, System::nanoTime);
  }

  /**
   * @param clock monotonic, in nanoseconds
   */
  DeliveryReader(
      LogSettings log,
      ReaderSettings settings,
      Deliverer deliverer,
      BooleanSupplier mayStart,
      Consumer<OutcomeRecorded> observer,
      LongSupplier clock) {
    this.log = log;
    this.settings = settings;
    this.mayStart = mayStart;
    this.clock = clock;
    this.watch = new Watch(settings.watchedSessions(), settings.watchedBytes());
    this.deliveries = new Deliveries(deliverer, observer, watch, clock, counts);
    this.works = deliveries.works();
    this.commits = new Commits(log, settings.commitInterval(), deliveries, clock, complaints);
  }

  /** Runs until {@link #close}. */
  @Override
  public void run() {
    while (!closed) {
      turnNanos = System.nanoTime();
      begun = true;
      try {
        session();
      } catch (RuntimeException e) {
        complaints.warn("the log's reader begins again", e);
      }
      assigned = -1;
      pause();
    }
    finishLost();
    commits.close();
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
      consumer = null;
      drain(member);
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
    commits.rebuildWhenDue(member);
    deliveries.watch();
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
        work.position().passedOver(member.position(work.partition, POSITION_PATIENCE));
      }
    }
    deliveries.collect();
    commits.whenDue(member);
  }

  private void start(PartitionWork work, ConsumerRecord<String, byte[]> record) {
    if (!work.position().returned(record.offset()) || work.isOpen(record.offset())) {
      return;
    }
    try {
      deliveries.start(work, record, Requests.parse(record));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      LOG.log(
          System.Logger.Level.ERROR,
          "the delivery at " + work.partition + " offset " + record.offset() + " is unreadable",
          e);
      deliveries.unreadable(work, record.offset(), Requests.unreadable(record));
    }
  }

  /** Pauses what must not be read further, resumes what may. */
  private void steer(KafkaConsumer<String, byte[]> member) {
    boolean open =
        commits.flowing()
            && mayStart.getAsBoolean()
            && deliveries.weight() < settings.bufferBytes();
    int inWindow = Math.max(0, settings.window() - MAX_POLL_RECORDS);
    for (PartitionWork work : works.values()) {
      if (work.owned()) {
        boolean pause =
            !open || work.inWindow() > inWindow || work.position().span() > Deliveries.MAX_SPAN;
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
   * Closed: nothing that is before its final dot gets there; the usual final replies are waited for
   * while this is still a member of the group.
   */
  private void drain(KafkaConsumer<String, byte[]> member) {
    deliveries.closeAll();
    Duration patience =
        DRAIN.compareTo(settings.stopPatience()) < 0 ? DRAIN : settings.stopPatience();
    long began = clock.getAsLong();
    deliveries.collect();
    while (deliveries.anyPastDot() && clock.getAsLong() - began < patience.toNanos()) {
      turnNanos = System.nanoTime();
      member.pause(member.assignment());
      try {
        member.poll(settings.commitInterval());
      } catch (WakeupException e) {
        // close() was called, before the last poll could hear of it
      }
      deliveries.closeAll(); // a further transaction of one that was past its dot
      deliveries.collect();
      commits.whenDue(member);
    }
  }

  /**
   * The partitions are given up: what is still past its dot is waited for, and recorded as late.
   */
  private void finishLost() {
    deliveries.loseDisowned();
    long began = clock.getAsLong();
    do {
      turnNanos = System.nanoTime();
      commits.rebuildWhenDue(null);
      if (deliveries.anyLostPastDot() || !commits.usable()) {
        deliveries.awaitEnd(IDLE_POLL);
      }
      deliveries.collect();
    } while (!(commits.commit(null, Set.of()) && !deliveries.anyLostPastDot())
        && clock.getAsLong() - began < settings.stopPatience().toNanos()
        && !Thread.currentThread().isInterrupted());
  }

  private final class Assignment implements ConsumerRebalanceListener {
    private final KafkaConsumer<String, byte[]> member;

    private Assignment(KafkaConsumer<String, byte[]> member) {
      this.member = member;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> added) {
      Standing.of(member, Set.copyOf(added))
          .forEach(
              (partition, stands) -> {
                deliveries.take(partition, stands.position(), stands.leased()).paused(true);
                member.seek(partition, stands.position().next());
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
      long began = clock.getAsLong();
      deliveries.giveUp(gone, settings.revocationPatience());
      // Only an abort known as such is committed again, with fresh metadata.
      while (!commits.commit(member, gone)
          && commits.usable()
          && clock.getAsLong() - began < settings.revocationPatience().toNanos()) {
        deliveries.awaitEnd(Commits.RETRY_PAUSE);
      }
      gone.forEach(deliveries::lose);
      count();
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> gone) {
      // The log was away for longer than the session lasts. Whether another has them is known at
      // the next assignment; until then what is in flight is kept, and sends no dot.
      works.values().stream()
          .filter(w -> gone.contains(w.partition))
          .forEach(PartitionWork::disown);
      assigned = -1;
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

  /** Outcomes can be committed; with partitions also: a commit has proven the lease lately. */
  public boolean committing() {
    return commits.usable() && (assigned <= 0 || commits.proven());
  }

  /** Since the loop's last turn; zero before its first. */
  public Duration sinceTurn() {
    return begun ? Duration.ofNanos(System.nanoTime() - turnNanos) : Duration.ZERO;
  }

  /** Open deliveries and outcomes not durable yet, without what is watched. */
  public int inWindow() {
    return deliveries.inWindow();
  }

  /** Sessions handed over to the scheduler's watch and still open here. */
  public int watched() {
    return watch.size();
  }

  public TakeoverCounts counts() {
    return counts;
  }

  /**
   * Ends {@link #run}: nothing new starts, what is before its final dot is handed over, what is
   * past it is waited for at most the settings' patience.
   */
  @Override
  public void close() {
    closed = true;
    KafkaConsumer<String, byte[]> current = consumer;
    if (current != null) {
      current.wakeup();
    }
  }
}
