package io.postern.log.directory;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.DirectoryWeight;
import io.postern.contracts.Topics;
import io.postern.log.ClosingClients;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import io.postern.log.reading.ConsumerThread;
import io.postern.log.rules.ListsReached;
import io.postern.log.rules.SleepCountingClock;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Follower of the directory (docs/design/the-log.md, "Directory") that holds its newest snapshot.
 * One thread of its own reads; every method may be called from any thread.
 *
 * <p>{@link #current} is empty until the directory was read to its end, and when the reader is
 * silent: for 10 s no answer has confirmed that it is at the end. A caller that finds it empty
 * decides nothing (G3; ingress: 451). A log that is away is tried for ever; a record that cannot be
 * read makes the reader begin again, and silent meanwhile.
 *
 * <p>An empty directory is current: it is the one that the first command changes. It is not {@link
 * #inForce}, and neither is one whose version went back: the topic was lost, and a final decision
 * by it would refuse all mail.
 *
 * <p>With a {@link RecipientView} it reads the lists of recipients as well, by the same consumer:
 * the directory is current when both are read to their ends, so that nobody decides by half a list;
 * and no routing version is seen before the lists that belong to it ({@link ListsReached}).
 *
 * <p>Memory: the directory, as {@link DirectoryWeight} estimates it; the lists as their view keeps
 * them. A directory that needs more than {@link #MOST_OF_HEAP} of the heap is given up: the reader
 * is silent, says so, and begins again every 30 s. A reader that has not seen the end for an hour
 * begins again too, since a marker that it has not read may be gone for good.
 */
public final class DirectoryReader<D> implements AutoCloseable {
  /** Part of the heap that a directory may need; the rest is for mail. */
  public static final double MOST_OF_HEAP = 0.5;

  private static final Duration TOO_LARGE_PAUSE = Duration.ofSeconds(30);
  private static final Duration OLDEST = Duration.ofHours(1);
  private static final Duration SILENT = Duration.ofSeconds(10);
  private static final Duration NEXT_ANSWER = Duration.ofSeconds(3);
  private static final Duration POLL = Duration.ofMillis(200);
  // An object ends it at once; answers about the end are taken in by it.
  private static final Duration READ_POLL = Duration.ofMillis(500);
  private static final TopicPartition PARTITION = new TopicPartition(Topics.DIRECTORY, 0);
  private static final TopicPartition RECIPIENTS =
      new TopicPartition(Topics.DIRECTORY_RECIPIENTS, 0);

  private final LogSettings settings;
  private final SnapshotFactory<D> factory;
  private final @Nullable RecipientView recipients;
  private final AnchorSets anchorSets;
  private final long mostBytes;
  private final LongSupplier clock;
  private final OccasionalLog log = new OccasionalLog(DirectoryReader.class);
  private final List<Consumer<D>> listeners = new CopyOnWriteArrayList<>();
  private final ConsumerThread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile @Nullable Snapshot<D> snapshot;
  private volatile long confirmedNanos;
  private volatile long wantedNanos = System.nanoTime();
  private volatile String tooLarge = "";
  private long highest = -1; // the reader's thread

  /**
   * @param doubt reason against a refusal for good by it; empty: none
   * @param lost the doubt is that its version went back
   * @param recipientsEnd behind the last record of the lists of recipients in it; 0: none
   * @param organizationVersions see {@link #changed}
   */
  private record Snapshot<D>(
      D directory,
      long version,
      String doubt,
      boolean lost,
      long recipientsEnd,
      Map<String, Long> organizationVersions,
      Map<String, List<String>> markers) {}

  /**
   * @param recipients null: the lists of recipients are not read
   */
  public DirectoryReader(
      LogSettings settings,
      SnapshotFactory<D> factory,
      AnchorSets anchorSets,
      @Nullable RecipientView recipients) {
    this(
        settings,
        factory,
        anchorSets,
        recipients,
        (long) (Runtime.getRuntime().maxMemory() * MOST_OF_HEAP),
        new SleepCountingClock(System::nanoTime, Clock.systemUTC()));
  }

  /**
   * @param mostBytes of heap for the directory
   * @param clock nanoseconds; it counts sleep
   */
  DirectoryReader(
      LogSettings settings,
      SnapshotFactory<D> factory,
      AnchorSets anchorSets,
      @Nullable RecipientView recipients,
      long mostBytes,
      LongSupplier clock) {
    this.clock = clock;
    this.anchorSets = anchorSets;
    this.mostBytes = mostBytes;
    this.settings = settings;
    this.factory = factory;
    this.recipients = recipients;
    this.thread =
        new ConsumerThread(
            "directory-reader",
            () -> new KafkaConsumer<>(settings.follower()),
            "the directory cannot be read",
            log,
            Reading::new);
  }

  /** Begins to read. Does not wait. Once. */
  public void start() {
    thread.start();
  }

  /** The directory in force, if this reader may be believed. */
  public Optional<D> current() {
    return current(snapshot);
  }

  /**
   * The same for somebody who waits for an answer: after a pause of the machine the reader is
   * silent until its next answer from the log, and 3 s are waited for that.
   */
  public Optional<D> awaitCurrent() {
    await(newest -> current(newest).isPresent(), NEXT_ANSWER);
    return current();
  }

  private Optional<D> current(@Nullable Snapshot<D> newest) {
    boolean silent = System.nanoTime() - confirmedNanos > SILENT.toNanos();
    return newest == null || silent ? Optional.empty() : Optional.of(newest.directory());
  }

  /**
   * The same where something final follows from it, such as a 5xx: empty also while no organization
   * is in it, and when its version went back.
   */
  public Optional<D> inForce() {
    Snapshot<D> newest = snapshot;
    return newest == null || !newest.doubt().isEmpty() ? Optional.empty() : current(newest);
  }

  /** Why {@link #inForce} is empty, and the cure; empty when it is not. */
  public String notInForce() {
    Snapshot<D> newest = snapshot;
    return newest != null && !newest.doubt().isEmpty() ? newest.doubt() : notReady();
  }

  /**
   * Why its service is not ready, and the cure. Empty when the directory is in force, and also
   * while no organization is in it: that is how each installation begins, and no other replica
   * would know more.
   */
  public String notReady() {
    Snapshot<D> newest = snapshot;
    if (newest == null) {
      return tooLarge.isEmpty() ? "not read to its end yet" : tooLarge;
    }
    if (newest.lost()) {
      return newest.doubt();
    }
    return current().isEmpty() ? "its reader makes no progress: Kafka does not respond" : "";
  }

  /** Version of the newest snapshot, silent or not; -1: none, or the directory is empty. */
  public long version() {
    Snapshot<D> newest = snapshot;
    return newest == null ? -1 : newest.version();
  }

  /**
   * The version by which an object of one of these organizations was last written or removed, in
   * the newest snapshot; -1: never.
   */
  public long changed(Collection<String> organizations) {
    Snapshot<D> newest = snapshot;
    return newest == null
        ? -1
        : organizations.stream()
            .mapToLong(id -> newest.organizationVersions().getOrDefault(id, -1L))
            .max()
            .orElse(-1);
  }

  /**
   * Keys of the organization's removed objects whose markers are in the newest snapshot, without
   * its own.
   */
  public List<String> markers(String organization) {
    Snapshot<D> newest = snapshot;
    return newest == null ? List.of() : newest.markers().getOrDefault(organization, List.of());
  }

  /** Behind the last record of the lists of recipients in the newest snapshot; 0: none. */
  public long recipientsEnd() {
    Snapshot<D> newest = snapshot;
    return newest == null ? 0 : newest.recipientsEnd();
  }

  /**
   * Waits until this reader has that version or a newer one; false when the patience ended first.
   */
  public boolean awaitVersion(long version, Duration patience) {
    return await(newest -> newest.version() >= version, patience);
  }

  /**
   * Waits until this reader has come to an end of the directory that was asked for after this call;
   * false when the patience ended first.
   */
  public boolean awaitEnd(Duration patience) {
    long begin = System.nanoTime();
    wantedNanos = begin;
    return await(newest -> confirmedNanos - begin > 0 && current(newest).isPresent(), patience);
  }

  /** The same for the lists of recipients: until all before this offset is read. */
  public boolean awaitRecipients(long end, Duration patience) {
    return await(newest -> newest.recipientsEnd() >= end, patience);
  }

  private boolean await(Predicate<Snapshot<D>> wanted, Duration patience) {
    long left = patience.toNanos();
    lock.lock();
    try {
      for (Snapshot<D> newest = snapshot;
          newest == null || !wanted.test(newest);
          newest = snapshot) {
        if (left <= 0 || thread.closed()) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Calls on the reader's thread with each new snapshot from now on, the first included where none
   * is there yet. A listener must be quick.
   */
  public void onChange(Consumer<D> listener) {
    listeners.add(listener);
  }

  @Override
  public void close() {
    thread.close();
    signal();
  }

  /** From the directory's beginning on. */
  private final class Reading implements ConsumerThread.Session {
    private final KafkaConsumer<String, byte[]> consumer;
    private final Admin admin;
    private final DirectoryEnd end;
    private final DirectoryState state = new DirectoryState(anchorSets);
    private boolean loaded;
    private long endSeen = clock.getAsLong();
    private @Nullable D made;
    private long published = Long.MIN_VALUE;
    private long recipientsEnd;
    private long publishedRecipients = -1;
    private final ListsReached lists = new ListsReached();

    Reading(KafkaConsumer<String, byte[]> consumer) {
      this.consumer = consumer;
      List<TopicPartition> partitions =
          recipients == null ? List.of(PARTITION) : List.of(PARTITION, RECIPIENTS);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      if (recipients != null) {
        recipients.begin();
      }
      admin = Admin.create(settings.admin());
      end = new DirectoryEnd(admin, partitions, log);
    }

    @Override
    public void turn() throws InvalidProtocolBufferException, InterruptedException {
      // Asked after the assignment: earlier records are below this end
      // (docs/design/the-log.md, "Directory").
      end.ask(wantedNanos);
      ConsumerRecords<String, byte[]> records = consumer.poll(loaded ? READ_POLL : POLL);
      for (ConsumerRecord<String, byte[]> object : records.records(PARTITION)) {
        state.add(object.key(), object.value(), object.offset());
      }
      checkWeight();
      checkAge();
      for (ConsumerRecord<String, byte[]> record : records.records(RECIPIENTS)) {
        takeRecipients(record);
      }
      // Also a commit marker moves the position.
      state.passed(DirectoryEnd.position(consumer, PARTITION));
      boolean confirmed = end.reachedBy(p -> DirectoryEnd.position(consumer, p));
      boolean together = listsReached();
      if (confirmed) {
        loaded = true;
        tooLarge = "";
        endSeen = clock.getAsLong();
        log.over("the directory is read");
        together |= listsLost();
      }
      if (loaded
          && together
          && (state.version() != published || recipientsEnd != publishedRecipients)) {
        made = publish(made, state, recipientsEnd);
        published = state.version();
        publishedRecipients = recipientsEnd;
      }
      // Not while what was read waits for its lists: the snapshot is from before that end. An end
      // that was reached meanwhile counts once all is shown.
      if (loaded
          && end.confirmedNanos() != confirmedNanos
          && state.version() == published
          && recipientsEnd == publishedRecipients) {
        confirmedNanos = end.confirmedNanos();
        signal();
      }
    }

    private void checkWeight() throws InterruptedException {
      if (state.weight() <= mostBytes) {
        return;
      }
      tooLarge =
          "the directory needs more than the %d MB of heap that it may have here: give the service more memory, or remove objects"
              .formatted(mostBytes >> 20);
      snapshot = null;
      made = null;
      state.clear();
      log.warn(tooLarge, null);
      thread.pause(TOO_LARGE_PAUSE);
      throw new IllegalStateException(tooLarge);
    }

    /** Markers of removed objects are taken away; Kafka forgets that after a day. */
    private void checkAge() {
      if (clock.getAsLong() - endSeen > OLDEST.toNanos()) {
        throw new IllegalStateException("the directory's end was not seen for an hour");
      }
    }

    private boolean listsReached() {
      return recipients == null
          || lists.reached(
              state.recipientsEnd(),
              DirectoryEnd.position(consumer, RECIPIENTS),
              System.nanoTime());
    }

    private boolean listsLost() {
      boolean lost = lists.lost(end.confirmedNanos());
      if (lost) {
        log.warn(
            Topics.DIRECTORY_RECIPIENTS
                + " ends before the lists that the directory refers to, it was lost: apply the "
                + "recipient lists again",
            null);
      }
      return lost;
    }

    private void takeRecipients(ConsumerRecord<String, byte[]> record)
        throws InvalidProtocolBufferException {
      if (recipients != null) {
        recipients.take(record.key(), record.value());
        recipientsEnd = record.offset() + 1;
      }
    }

    @Override
    public void close() {
      signal();
      ClosingClients.closing(admin).close();
    }
  }

  private D publish(@Nullable D before, DirectoryState state, long recipientsEnd) {
    Map<String, List<String>> markers = state.markers();
    D directory =
        factory.next(
            before,
            state.changes(),
            state.version(),
            state.routingVersions(),
            markers.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().size())));
    Snapshot<D> newest = snapshot;
    boolean lost = state.version() < highest;
    String doubt = doubt(state, lost);
    if (!doubt.isEmpty()) {
      log.warn("no recipient is refused permanently by the directory: " + doubt, null);
    }
    highest = Math.max(highest, state.version());
    if (newest == null) {
      // Not to be believed before its end is confirmed, which follows.
      confirmedNanos = System.nanoTime() - SILENT.toNanos() - 1;
    }
    snapshot =
        new Snapshot<>(
            directory,
            state.version(),
            doubt,
            lost,
            recipientsEnd,
            state.organizationVersions(),
            markers);
    signal();
    for (Consumer<D> listener : listeners) {
      listener.accept(directory);
    }
    return directory;
  }

  private String doubt(DirectoryState state, boolean lost) {
    if (lost) {
      return "its version went back from "
          + highest
          + " to "
          + state.version()
          + ", the topic was lost: apply the directory again, then restart this service";
    }
    return state.hasOrganization() ? "" : "no organization is in it: apply the first directory";
  }

  private void signal() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
