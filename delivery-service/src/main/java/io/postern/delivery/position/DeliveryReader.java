package io.postern.delivery.position;

import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.ConsumerGroups;
import io.postern.contracts.DeliveryPosition;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import io.postern.log.rules.Lease;
import io.postern.log.rules.OutgoingOutcome;
import io.postern.log.rules.TakerWait;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The reader of Decisions in {@code mail.deliveries}. It has each delivery done on a virtual thread
 * of its own, records the outcomes, and commits the position after them; the commits prove the
 * lease on which final dots rest (docs/design/the-log.md). It uses the Kafka client itself, as no
 * framework knows such a position.
 *
 * <p>One thread owns consumer, producer and all {@link PartitionWork}: {@link #run}. Nothing blocks
 * it for long, since the group waits for its members while a lease lapses: outcomes are read back
 * by {@link Takeovers}. Bounds: the window of deliveries a partition and of bytes in all; beyond it
 * partitions are paused, but all Decisions of one poll are started. While outcomes cannot be
 * recorded, or {@code mayStart} says no, nothing starts. A broker that is away is waited for; open
 * deliveries go on meanwhile and send no final dot after the lease.
 */
public final class DeliveryReader implements Runnable, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(DeliveryReader.class);
  private static final int MAX_POLL_RECORDS = 100;
  private static final int FETCH_BYTES = 8 << 20;
  private static final int PARTITION_FETCH_BYTES = 512 * 1024;
  private static final int SESSION_TIMEOUT_MILLIS = 6_000;
  private static final int HEARTBEAT_MILLIS = 1_500;
  private static final int MAX_POLL_INTERVAL_MILLIS = 30_000;
  // Outcomes gather for so long: each batch of them is an append.
  private static final Duration BUSY_POLL = Duration.ofMillis(10);
  private static final Duration IDLE_POLL = Duration.ofMillis(100);
  private static final Duration POSITION_PATIENCE = Duration.ofSeconds(10);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(20);
  static final Duration RENEW_PAUSE = Duration.ofMillis(200);
  private static final long REBUILD_PAUSE_MILLIS = 500;

  // Most final replies come within a second; the next owner does not wait longer for the others.
  private static final Duration DRAIN = Duration.ofSeconds(2);

  private final LogSettings log;
  private final ReaderSettings settings;
  private final Clocks clocks;
  private final BooleanSupplier mayStart;
  private final LongSessions longSessions;
  private final TakeoverCounts counts;
  private final OccasionalLog complaints = new OccasionalLog(DeliveryReader.class);
  private final OutcomeLog outcomes;
  private final OutcomeWriting writing;
  private final Deliveries deliveries;
  private final PositionCommits commits;
  private final Takeovers takeovers;
  private volatile @Nullable KafkaConsumer<String, byte[]> consumer;
  private volatile boolean closed;
  private volatile int assigned = -1;
  private volatile boolean begun;
  private volatile long turnNanos = System.nanoTime();
  private final Set<TopicPartition> unusable = ConcurrentHashMap.newKeySet();
  private long renewedAt;

  /**
   * @param mayStart whether deliveries may start now (the directory was read to its end)
   * @param observer sees each outcome that became durable
   * @param registry for counters of takeovers and of the watch
   */
  public DeliveryReader(
      LogSettings log,
      ReaderSettings settings,
      Deliverer deliverer,
      BooleanSupplier mayStart,
      Consumer<OutcomeRecorded> observer,
      MeterRegistry registry) {
    this(log, settings, deliverer, mayStart, observer, registry, Clocks.ofTheMachine());
  }

  DeliveryReader(
      LogSettings log,
      ReaderSettings settings,
      Deliverer deliverer,
      BooleanSupplier mayStart,
      Consumer<OutcomeRecorded> observer,
      MeterRegistry registry,
      Clocks clocks) {
    this.log = log;
    this.settings = settings;
    this.mayStart = mayStart;
    this.clocks = clocks;
    this.counts = new TakeoverCounts(registry);
    this.longSessions =
        new LongSessions(
            settings.watchedSessions(),
            settings.watchedBytes(),
            NoticeShare.of(settings.watchedSessions(), settings.watchedBytes()));
    this.outcomes = new OutcomeLog(log, complaints);
    this.writing = new OutcomeWriting(outcomes, counts, observer);
    this.deliveries =
        new Deliveries(
            deliverer, writing, longSessions, NoticeShare.of(settings), clocks.later(), counts);
    this.commits = new PositionCommits(settings.commitInterval(), clocks);
    this.takeovers = new Takeovers(log);
    this.renewedAt = now() - RENEW_PAUSE.toNanos();
  }

  /** Runs until {@link #close}. */
  @Override
  public void run() {
    takeovers.start();
    while (!closed) {
      turnNanos = System.nanoTime();
      begun = true;
      try {
        session();
      } catch (RuntimeException e) {
        complaints.warn("the Kafka reader starts again", e);
      }
      assigned = -1;
      pause();
    }
    finishLost();
    outcomes.close();
    takeovers.close();
  }

  private void session() {
    KafkaConsumer<String, byte[]> member = new KafkaConsumer<>(consumerProperties());
    consumer = member;
    commits.reset();
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
    } finally {
      consumer = null;
      try {
        // Gives the partitions up in order, if it still can.
        member.close(CloseOptions.timeout(CLOSE_PATIENCE));
      } finally {
        loseAll();
      }
    }
  }

  private void turn(KafkaConsumer<String, byte[]> member) {
    if (!takeovers.alive()) {
      throw new IllegalStateException("the thread that reads back has ended");
    }
    turnNanos = System.nanoTime();
    settle();
    finishTakes(member);
    deliveries.watch();
    steer(member);
    ConsumerRecords<String, byte[]> records =
        member.poll(deliveries.inWindow() > 0 || !writing.idle() ? BUSY_POLL : IDLE_POLL);
    for (TopicPartition partition : records.partitions()) {
      PartitionWork work = deliveries.work(partition);
      if (work != null && work.reading()) {
        records.records(partition).forEach(record -> deliveries.start(work, record));
      }
    }
    deliveries.collect();
    commits.whenDue(member, deliveries.works(), atRest(), deliveries::isOurs);
  }

  /**
   * Takes in the log's answers about outcomes; after a failed send all partitions are taken anew.
   */
  private void settle() {
    var unused = writing.settle(deliveries::isOurs, this::marked);
    if (!outcomes.usable() && now() - renewedAt >= RENEW_PAUSE.toNanos()) {
      renewedAt = now();
      try {
        outcomes.renew();
      } catch (KafkaException e) {
        complaints.warn("outcomes cannot be recorded, so no delivery starts", e);
        return;
      }
      writing.renewed();
      deliveries.works().forEach(writing::take);
    }
    deliveries.count();
  }

  private void marked(PartitionWork work, long offset) {
    takeovers.ask(
        new Takeovers.Request(
            work, work.ledger.owner(), work.ledger.readFrom(), work.ledger.ownerThere(), offset));
  }

  private void finishTakes(KafkaConsumer<String, byte[]> member) {
    for (Takeovers.Result result = takeovers.poll(); result != null; result = takeovers.poll()) {
      Takeovers.Request request = result.request();
      PartitionWork work = request.work();
      if (!deliveries.isOurs(work)
          || !request.by().equals(work.ledger.owner())
          || work.givenUp() && !work.ledger.begun()) {
        continue;
      }
      boolean first = !work.ledger.begun();
      List<OutgoingOutcome<OutcomeRecorded.Builder>> sends =
          work.ledger.taken(
              request.marker(), result.deliveriesEnd(), result.back(), writing::found);
      if (sends == null) {
        LOG.errorf(
            "Kafka has a later owner of %s than %s: another replica owns it, or the consumer group "
                + "was deleted and its numbers started again",
            work.partition, request.by());
        counts.laterOwners.increment();
        lose(work.partition);
        unusable.add(work.partition); // unless another replica has it nobody delivers from it
        continue;
      }
      if (first) {
        work.taken(result.lost(), settings.window());
        member.seek(work.partition, work.ledger.next());
        commits.ask();
      } else {
        complaints.over("outcomes are recorded again");
      }
      writing.send(work, sends);
    }
  }

  /** Pauses the partitions that must not be read further, resumes the others. */
  private void steer(KafkaConsumer<String, byte[]> member) {
    boolean open =
        outcomes.usable()
            && mayStart.getAsBoolean()
            && deliveries.weight() < settings.bufferBytes();
    int inWindow = Math.max(0, settings.window() - MAX_POLL_RECORDS);
    for (PartitionWork work : deliveries.works()) {
      boolean pause =
          !open
              || !work.reading()
              || work.inWindow() > inWindow
              || !work.ledger.mayReadOn()
              || work.ledger.span() > Deliveries.MAX_SPAN;
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

  /**
   * Closed: nothing that is before its final dot gets there; the usual final replies are waited for
   * while this is still a member of the group.
   */
  private void drain(KafkaConsumer<String, byte[]> member) {
    deliveries.closeAll();
    Duration patience =
        DRAIN.compareTo(settings.stopPatience()) < 0 ? DRAIN : settings.stopPatience();
    long began = now();
    deliveries.collect();
    while (deliveries.anyPastDot() && now() - began < patience.toNanos()) {
      turnNanos = System.nanoTime();
      settle();
      finishTakes(member);
      member.pause(member.assignment());
      try {
        member.poll(BUSY_POLL);
      } catch (WakeupException e) {
        // close() was called, before the last poll could hear of it
      }
      deliveries.closeAll(); // a further transaction of one that was past its dot
      deliveries.collect();
      commits.whenDue(member, deliveries.works(), atRest(), deliveries::isOurs);
    }
  }

  /**
   * The partitions are given up: deliveries past their dot are waited for, and recorded as late.
   */
  private void finishLost() {
    long began = now();
    while ((deliveries.anyLostPastDot() || !writing.idle())
        && now() - began < settings.stopPatience().toNanos()
        && !Thread.currentThread().isInterrupted()) {
      turnNanos = System.nanoTime();
      deliveries.awaitEnd(BUSY_POLL);
      settle();
    }
    deliveries.collect();
  }

  private final class Assignment implements ConsumerRebalanceListener {
    private final KafkaConsumer<String, byte[]> member;

    private Assignment(KafkaConsumer<String, byte[]> member) {
      this.member = member;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> added) {
      // Whether they may start is decided when they are taken.
      member.pause(added);
      int generation = member.groupMetadata().generationId();
      Map<TopicPartition, OffsetAndMetadata> committed =
          member.committed(Set.copyOf(added), POSITION_PATIENCE);
      for (TopicPartition partition : added) {
        lose(partition); // where the client has said nothing of its loss
        try {
          take(partition, position(partition, committed.get(partition)), generation);
        } catch (IllegalArgumentException | IllegalStateException e) {
          // It stays paused; the others go on.
          unusable.add(partition);
          LOG.errorf(e, "%s cannot be delivered from", partition);
        }
      }
      count();
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> gone) {
      giveUp(member, gone);
      count();
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> gone) {
      gone.forEach(DeliveryReader.this::lose);
      count();
    }

    private void count() {
      assigned = deliveries.works().size();
    }
  }

  private boolean atRest() {
    return deliveries.inWindow() == 0 && longSessions.size() == 0 && writing.idle();
  }

  private static DeliveryPosition position(
      TopicPartition partition, @Nullable OffsetAndMetadata committed) {
    if (committed == null) {
      // It was made with the topic, so it is lost; guessing would lose or double.
      throw new IllegalStateException(
          "group "
              + ConsumerGroups.DELIVERY
              + " has lost its position in "
              + partition
              + ": an administrator can start a new era (docs/operations/containers.md)");
    }
    return DeliveryPosition.decode(committed.offset(), committed.metadata());
  }

  private void take(TopicPartition partition, DeliveryPosition position, int generation) {
    Duration wait =
        TakerWait.of(
            position, clocks.boot(), clocks.monotonic().getAsLong(), clocks.wall().millis());
    if (!wait.isZero()) {
      counts.takerWaits.increment();
    }
    PartitionWork work =
        new PartitionWork(
            partition, position, generation, new Lease(clocks.later(), clocks.monotonic(), wait));
    deliveries.taken(work);
    if (outcomes.usable()) {
      writing.take(work);
    } // else with the next producer
  }

  /** Nothing starts, deliveries past their dot go to the watch, the last position is committed. */
  private void giveUp(KafkaConsumer<String, byte[]> member, Collection<TopicPartition> gone) {
    List<PartitionWork> given =
        gone.stream().map(deliveries::work).filter(Objects::nonNull).toList();
    Set<PartitionWork> waited = new HashSet<>();
    for (PartitionWork work : given) {
      work.giveUp();
      if (work.lease.waitOver()) {
        waited.add(work); // one whose own wait is not over cannot speak for its predecessor
      }
      deliveries.close(work);
      deliveries.handOverPastDot(work);
    }
    long began = now();
    while (!given.stream().filter(work -> work.ledger.begun()).allMatch(deliveries::settled)
        && outcomes.usable()
        && now() - began < settings.revocationPatience().toNanos()) {
      turnNanos = System.nanoTime();
      deliveries.awaitEnd(BUSY_POLL);
      given.forEach(deliveries::handOverPastDot);
      var unused = writing.settle(deliveries::isOurs, this::marked);
      finishTakes(member);
      commits.whenDue(
          member, deliveries.works(), atRest(), deliveries::isOurs); // the others' leases
    }
    commits.last(
        member,
        given,
        work -> waited.contains(work) && deliveries.settled(work),
        settings.revocationPatience());
    gone.forEach(this::lose);
  }

  private void lose(TopicPartition partition) {
    takeovers.forget(partition);
    unusable.remove(partition);
    deliveries.lose(partition);
  }

  private void loseAll() {
    deliveries.works().stream().map(work -> work.partition).toList().forEach(this::lose);
    unusable.clear();
  }

  private Properties consumerProperties() {
    Properties properties = log.consumer(ConsumerGroups.DELIVERY);
    // No transaction writes there: nothing to wait for.
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MAX_POLL_RECORDS);
    properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
    properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, PARTITION_FETCH_BYTES);
    properties.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_TIMEOUT_MILLIS);
    properties.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, HEARTBEAT_MILLIS);
    properties.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, MAX_POLL_INTERVAL_MILLIS);
    return properties;
  }

  private long now() {
    return clocks.later().getAsLong();
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

  /**
   * Outcomes can be recorded, and each partition's position be read; with partitions also: a commit
   * has proven the lease lately.
   */
  public boolean committing() {
    return outcomes.usable() && unusable.isEmpty() && (assigned <= 0 || commits.proven(Lease.TERM));
  }

  /** Since the loop's last turn; zero before its first. */
  public Duration sinceTurn() {
    return begun ? Duration.ofNanos(System.nanoTime() - turnNanos) : Duration.ZERO;
  }

  /** Open deliveries and outcomes not durable yet, without the watched ones. */
  public int inWindow() {
    return deliveries.inWindow();
  }

  /**
   * A partition's window is over half full, or the memory of all of them: a full one would hold up
   * the mail that comes next, to all destinations. Any thread.
   */
  public boolean crowded() {
    return deliveries.crowded(settings);
  }

  /** Sessions handed over to the scheduler's watch and still open here. */
  public int watched() {
    return longSessions.size();
  }

  TakeoverCounts counts() {
    return counts;
  }

  /**
   * Ends {@link #run}: nothing new starts, deliveries before their final dot are left to the next
   * owner, those past it are waited for, at most the settings' patience.
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
