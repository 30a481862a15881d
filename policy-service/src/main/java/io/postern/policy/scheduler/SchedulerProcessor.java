package io.postern.policy.scheduler;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Headers;
import io.postern.contracts.ParkedEntries;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.MessageControl;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.policy.scheduler.Entries.DueEntry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongUnaryOperator;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The scheduler of one partition: it reads outcomes and controls, keeps an entry for each recipient
 * that is tried again or held, and asks for attempts that are due (docs/design/architecture.md,
 * "Time"). Outcomes count by the log's rules, as for all its readers; the owner in force is kept
 * with the marks. Every step is put together first and done then, in Streams' transaction.
 *
 * <p>Owner: the partition's task. A step that fails has changed nothing and is tried once more.
 * When it fails twice, its recipients are held as <em>undecidable</em> as far as they are known,
 * with a line in the error log, and the next record follows. An exception of Kafka or of a store
 * ends the task, which begins anew from the last commit.
 */
final class SchedulerProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private static final Logger LOG = Logger.getLogger(SchedulerProcessor.class);

  /** Entries taken up in one punctuation: as many as fit into a transaction's time. */
  static final int MOST_AT_ONCE = 500;

  static final Duration BETWEEN = Duration.ofMillis(100);

  /** The same while nothing will be due in such a time. */
  static final Duration SELDOM = Duration.ofSeconds(2);

  /** And in such a time. A step that changes the schedule looks at its next time at once. */
  static final Duration RARELY = Duration.ofSeconds(30);

  // A partition that came: its index is made in pieces, each at most so large and so long, so that
  // the thread's transactions end in time, also when many partitions come at once.
  private static final Duration BETWEEN_PIECES = Duration.ofMillis(25);
  private static final int PIECE = 5_000;
  private static final long PIECE_NANOS = Duration.ofMillis(20).toNanos();

  // An entry that cannot be processed is looked at again after it.
  private static final Duration NOT_NOW = Duration.ofHours(1);

  // The least that a flush, and what has rested, gets while other attempts are due.
  private static final int FLUSH_SHARE = 100;
  private static final int PARKED_SHARE = 100;
  private static final long FORGET_EVERY = Duration.ofHours(1).toMillis();

  private final ScheduleTimes times;
  private final SchedulerMetrics metrics;
  private final OutcomesProgress outcomesProgress;
  private final LongUnaryOperator clock;
  private final Function<ParkedIndex, ParkedMail> parked;
  private @Nullable Task task;

  /**
   * @param clock the time in place of a reading of the wall clock, by which a jump would let mail
   *     expire
   */
  SchedulerProcessor(
      ScheduleTimes times,
      SchedulerMetrics metrics,
      OutcomesProgress outcomesProgress,
      LongUnaryOperator clock) {
    this(times, metrics, outcomesProgress, clock, ParkedMail::new);
  }

  /**
   * @param parked makes the part that says when mail goes on that rests
   */
  SchedulerProcessor(
      ScheduleTimes times,
      SchedulerMetrics metrics,
      OutcomesProgress outcomesProgress,
      LongUnaryOperator clock,
      Function<ParkedIndex, ParkedMail> parked) {
    this.times = times;
    this.metrics = metrics;
    this.outcomesProgress = outcomesProgress;
    this.clock = clock;
    this.parked = parked;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    task = new Task(context, times, metrics, outcomesProgress, clock, parked);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    if (task != null) {
      task.process(record);
    }
  }

  @Override
  public void close() {
    if (task != null) {
      task.close();
      task = null;
    }
  }

  /** From one initialization to the next. */
  private static final class Task {
    private final ProcessorContext<byte[], byte[]> context;
    private final LongUnaryOperator clock;
    private final int partition;
    private final SchedulerMetrics metrics;
    private final Entries entries;
    private final ScheduleMarks marks;
    private final OutcomeStep outcomes;
    private final ControlStep controls;
    private final DueStep dueStep;
    private final RouteFlush flushes;
    private final ParkedMail parked;
    private final OutcomesProgress outcomesProgress;
    private final OutcomesProgress.Task reading;
    private final Transitions transitions;
    private final Writer writer;
    private Cancellable punctuation;
    private Duration interval = BETWEEN;
    private final @Nullable Cancellable building;
    private long forgotten;

    Task(
        ProcessorContext<byte[], byte[]> context,
        ScheduleTimes times,
        SchedulerMetrics metrics,
        OutcomesProgress outcomesProgress,
        LongUnaryOperator clock,
        Function<ParkedIndex, ParkedMail> parking) {
      this.context = context;
      this.clock = clock;
      this.metrics = metrics;
      this.outcomesProgress = outcomesProgress;
      partition = context.taskId().partition();
      transitions = new Transitions(times);
      RememberedControl remembered = new RememberedControl(transitions);
      entries =
          new Entries(
              context.getStateStore(SchedulerTopology.SCHEDULE),
              context.getStateStore(SchedulerTopology.DUE),
              transitions::wake,
              metrics.partition(partition));
      marks = new ScheduleMarks(context.getStateStore(SchedulerTopology.MARKS));
      outcomes = new OutcomeStep(times, transitions, remembered, metrics);
      controls = new ControlStep(transitions);
      dueStep = new DueStep(transitions, remembered);
      flushes = new RouteFlush(entries, marks, transitions);
      parked = parking.apply(entries.parked());
      writer = new Writer(context, metrics);
      reading = outcomesProgress.begin(partition, now());
      punctuation = context.schedule(interval, PunctuationType.WALL_CLOCK_TIME, this::punctuate);
      building =
          build()
              ? null
              : context.schedule(BETWEEN_PIECES, PunctuationType.WALL_CLOCK_TIME, now -> build());
    }

    private boolean build() {
      if (entries.built()) {
        return true;
      }
      if (!entries.build(PIECE, PIECE_NANOS)) {
        return false;
      }
      if (building != null) {
        building.cancel();
      }
      if (entries.unreadable() > 0) {
        LOG.errorf(
            "%d entries of the schedule in partition %d are unreadable and are skipped",
            entries.unreadable(), partition);
        metrics.undecidable();
      }
      return true;
    }

    // Each punctuation is a transaction, with nothing in it too.
    private void pace(long now) {
      Duration wanted = !entries.built() || flushes.underWay() ? BETWEEN : until(next() - now);
      if (!wanted.equals(interval)) {
        punctuation.cancel();
        punctuation = context.schedule(wanted, PunctuationType.WALL_CLOCK_TIME, this::punctuate);
        interval = wanted;
      }
    }

    private long next() {
      return entries.resting() == 0 ? entries.next() : Math.min(entries.next(), parked.next());
    }

    /**
     * @param left milliseconds until something is due
     */
    private static Duration until(long left) {
      if (left <= SELDOM.toMillis()) {
        return BETWEEN;
      }
      return left <= RARELY.toMillis() ? SELDOM : RARELY;
    }

    void close() {
      punctuation.cancel();
      if (building != null) {
        building.cancel();
      }
      metrics.gone(partition);
      outcomesProgress.end(partition, reading);
    }

    void process(Record<byte[], byte[]> record) {
      RecordMetadata at = context.recordMetadata().orElseThrow();
      if (at.topic().equals(Topics.MAIL_CONTROLS)) {
        control(record, at);
      } else {
        outcome(record, at);
        reading.progress().read(at.offset() + 1);
      }
    }

    private void outcome(Record<byte[], byte[]> record, RecordMetadata at) {
      String key = text(record.key());
      Header ofFinal = record.headers().lastHeader(Headers.FINAL);
      if (ofFinal != null && marks.isOwner(ofFinal.value()) && !controlWaits(key)) {
        return;
      }
      ParsedRecord<OutcomeRecorded> read = outcome(key, record.value());
      OutcomeRecorded outcome = read.message();
      twice(
          record,
          at,
          changes -> {
            read.check();
            outcomes.apply(changes, outcome, at.offset());
          },
          changes -> {
            if (home(key) != null && key.equals(outcome.getQueueId())) {
              outcomes.undecidable(changes, outcome, at.offset());
            }
          });
    }

    private void control(Record<byte[], byte[]> record, RecordMetadata at) {
      ParsedRecord<MessageControl> read = control(text(record.key()), record.value());
      twice(
          record,
          at,
          changes -> {
            read.check();
            controls.apply(changes, read.message());
          },
          changes -> {
            // No recipient's place depends on a control.
          });
    }

    /** Whether a first attempt that delivered everything has a control to answer. */
    private boolean controlWaits(String key) {
      if (marks.isEmpty()) {
        return entries.remembers(key);
      }
      QueueId queueId = home(key);
      return queueId != null && (entries.remembers(key) || marks.all(queueId) != null);
    }

    private long now() {
      return clock.applyAsLong(context.currentSystemTimeMs());
    }

    private void punctuate(long wallMillis) {
      long now = clock.applyAsLong(wallMillis);
      if (entries.built()) {
        // Due entries wait for the outcomes of their time: the time that counts is that of reading.
        takeUpDue(reading.progress().until(now));
      }
      if (now - forgotten > FORGET_EVERY) {
        forgotten = now;
        marks.forgetAll(now - Topics.LONGEST_LIFETIME.toMillis());
      }
      metrics.next(partition, entries.next());
      metrics.parked(partition, entries.resting());
      pace(now);
    }

    private void takeUpDue(long now) {
      boolean flushing = flushes.mayGoOn(now);
      List<DueEntry> due = entries.due(now, flushing ? MOST_AT_ONCE - FLUSH_SHARE : MOST_AT_ONCE);
      if (!due.isEmpty()) {
        takeUp(due, now);
      }
      if (flushing) {
        flush(now, MOST_AT_ONCE - due.size());
      }
      List<ParkedIndex.Head> up =
          parked.take(
              now, flushing ? PARKED_SHARE : Math.max(PARKED_SHARE, MOST_AT_ONCE - due.size()));
      if (!up.isEmpty()) {
        open(up, now);
      }
    }

    private void open(List<ParkedIndex.Head> up, long now) {
      RuntimeException failure =
          failure(now, null, changes -> up.forEach(each -> open(changes, each)));
      if (failure != null) {
        up.forEach(each -> openAlone(each, now));
      }
    }

    private void openAlone(ParkedIndex.Head head, long now) {
      RuntimeException failure = failure(now, null, changes -> open(changes, head));
      if (failure != null) {
        // It rests on, until it expires at the latest.
        LOG.errorf(failure, "the schedule's entries %s cannot be processed", head.keys());
        metrics.undecidable();
        parked.ended(head.group(), RouteSign.REFUSED, now);
      }
    }

    private void open(Changes changes, ParkedIndex.Head head) {
      for (EntryKey key : head.keys()) {
        ScheduleEntry entry = changes.entry(key);
        if (entry != null && ParkedEntries.isParked(entry)) {
          transitions.open(changes, key, entry);
        }
      }
    }

    private void takeUp(List<DueEntry> due, long now) {
      RuntimeException failure =
          failure(now, null, changes -> due.forEach(each -> takeUp(changes, each)));
      if (failure != null) {
        due.forEach(each -> takeUpAlone(each, now));
      }
    }

    private void takeUpAlone(DueEntry due, long now) {
      RuntimeException failure = failure(now, null, changes -> takeUp(changes, due));
      if (failure != null) {
        // It stays in the schedule, past its time, and the audit finds it there.
        LOG.errorf(failure, "the schedule's entry %s cannot be processed", due.key());
        metrics.undecidable();
        entries.postpone(due, now + NOT_NOW.toMillis());
      }
    }

    private void takeUp(Changes changes, DueEntry due) {
      ScheduleEntry entry = changes.entry(due.key());
      if (entry != null && transitions.wake(entry) <= changes.now()) {
        dueStep.apply(changes, due.key(), entry);
      }
      if (entry == null || transitions.wake(entry) != due.time()) {
        // The entry was put off and has changed meanwhile; the index still has its old time.
        changes.later(() -> entries.postpone(due, Entries.NEVER));
      }
    }

    private void flush(long now, int most) {
      RuntimeException failure = failure(now, null, changes -> flushes.step(changes, most));
      if (failure != null) {
        MessageControl flush = marks.flush();
        LOG.errorf(failure, "a route's flush cannot go on and is ended");
        metrics.undecidable();
        if (flush != null) {
          marks.flushed(flush);
        }
      }
    }

    private void twice(
        Record<byte[], byte[]> record,
        RecordMetadata at,
        Consumer<Changes> step,
        Consumer<Changes> otherwise) {
      long now = now();
      Header trace = record.headers().lastHeader(Headers.TRACEPARENT);
      if (failure(now, trace, step) == null) {
        return;
      }
      RuntimeException second = failure(now, trace, step);
      if (second == null) {
        return;
      }
      LOG.errorf(
          second instanceof UnprocessableException ? null : second,
          "%s-%d offset %d (%s) cannot be processed: %s",
          at.topic(),
          at.partition(),
          at.offset(),
          printable(text(record.key())),
          second.getMessage());
      metrics.undecidable();
      RuntimeException third = failure(now, trace, otherwise);
      if (third != null) {
        LOG.errorf(third, "its recipients cannot be held either");
      }
    }

    /** Makes a step; the failure of one that has changed nothing, null when it is done. */
    private @Nullable RuntimeException failure(
        long now, @Nullable Header trace, Consumer<Changes> step) {
      try {
        step(now, trace, step);
        return null;
      } catch (KafkaException e) {
        throw e;
      } catch (RuntimeException e) {
        LOG.debugf(e, "a step failed");
        return e;
      }
    }

    private void step(long now, @Nullable Header trace, Consumer<Changes> step) {
      Outbox outbox = writer.outbox(now);
      Changes changes = new Changes(entries, marks, parked, outbox, now);
      step.accept(changes);
      Writer.Batch batch = writer.batch(outbox);
      try {
        changes.apply();
        writer.write(batch, now, trace);
      } catch (KafkaException e) {
        throw e;
      } catch (RuntimeException e) {
        throw new StreamsException("a step of the schedule was half done", e);
      }
      pace(now);
    }

    private ParsedRecord<OutcomeRecorded> outcome(String key, byte @Nullable [] value) {
      OutcomeRecorded read = OutcomeRecorded.getDefaultInstance();
      try {
        read = OutcomeRecorded.parseFrom(value == null ? new byte[0] : value);
      } catch (InvalidProtocolBufferException e) {
        OutcomeRecorded known =
            e.getUnfinishedMessage() instanceof OutcomeRecorded some ? some : read;
        return new ParsedRecord<>(known, "its bytes cannot be read");
      }
      return new ParsedRecord<>(
          read, read.getPartitionTaken() ? null : wrong(key, read.getQueueId()));
    }

    private ParsedRecord<MessageControl> control(String key, byte @Nullable [] value) {
      MessageControl read = MessageControl.getDefaultInstance();
      try {
        read = MessageControl.parseFrom(value == null ? new byte[0] : value);
      } catch (InvalidProtocolBufferException e) {
        return new ParsedRecord<>(read, "its bytes cannot be read");
      }
      return new ParsedRecord<>(
          read, read.getRoute().isEmpty() ? wrong(key, read.getQueueId()) : null);
    }

    private @Nullable String wrong(String key, String queueId) {
      return home(key) != null && key.equals(queueId)
          ? null
          : "its queue id does not match its position in Kafka";
    }

    /** The queue id, if it is one, and of this partition. */
    private @Nullable QueueId home(String key) {
      try {
        QueueId id = QueueId.parse(key);
        return id.partition() == partition ? id : null;
      } catch (IllegalArgumentException e) {
        return null;
      }
    }
  }

  /**
   * @param wrong why it cannot be processed; null: it can
   */
  private record ParsedRecord<T>(T message, @Nullable String wrong) {
    void check() {
      if (wrong != null) {
        throw new UnprocessableException(wrong);
      }
    }
  }

  private static String text(byte @Nullable [] key) {
    return key == null ? "" : new String(key, StandardCharsets.UTF_8);
  }

  private static String printable(String key) {
    String shown = key.length() <= 40 ? key : key.substring(0, 40);
    return shown.replaceAll("[^0-9a-z:./-]", "?");
  }
}
