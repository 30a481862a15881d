package io.postern.policy.scheduler;

import com.google.protobuf.Parser;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.DeliveryId;
import io.postern.contracts.Deployment;
import io.postern.contracts.Headers;
import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.ControlKind;
import io.postern.contracts.v1.MessageControl;
import io.postern.contracts.v1.NoticeRequested;
import io.postern.contracts.v1.OutcomeId;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.policy.LogLab;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/** The scheduler of partition 0 without a broker, and with a clock that only tests move. */
final class SchedulerLab implements AutoCloseable {
  static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  static final String ROUTE = "mx:fabrikam.example";

  /** Has the partition from the beginning, by the log's first record. */
  static final Owner OWNER = new Owner(0, 5, 1);

  static final Owner FORMER = new Owner(0, 4, 2);
  static final Owner LATER = new Owner(0, 6, 1);
  private static final Duration TICK = Duration.ofMillis(100);

  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final OutcomesProgress read = new OutcomesProgress();
  private final TopologyTestDriver driver;
  private final TestInputTopic<byte[], byte[]> outcomes;
  private final TestInputTopic<byte[], byte[]> controls;
  private final TestOutputTopic<byte[], byte[]> due;
  private final TestOutputTopic<byte[], byte[]> notices;
  private final TestOutputTopic<byte[], byte[]> own;
  private Instant now = START;
  private LongUnaryOperator clock = LongUnaryOperator.identity();
  private long numbers;
  private long end; // of mail.outcomes
  private boolean silent;
  private final List<Runnable> unread = new ArrayList<>();

  SchedulerLab(Path folder) {
    this(folder, ScheduleTimes.DEFAULT);
  }

  SchedulerLab(Path folder, ScheduleTimes times) {
    driver =
        new TopologyTestDriver(
            // The driver flushes after each record, which RocksDB is slow at.
            SchedulerTopology.of(
                times,
                metrics(registry, read),
                read,
                millis -> clock.applyAsLong(millis),
                Stores::inMemoryKeyValueStore,
                Stores::inMemoryKeyValueStore),
            StreamsSettings.of(LogLab.settings("localhost:9"), Deployment.singleNode(1), folder),
            START);
    ByteArraySerializer write = new ByteArraySerializer();
    ByteArrayDeserializer parse = new ByteArrayDeserializer();
    outcomes = driver.createInputTopic(Topics.MAIL_OUTCOMES, write, write);
    controls = driver.createInputTopic(Topics.MAIL_CONTROLS, write, write);
    due = driver.createOutputTopic(Topics.MAIL_DUE, parse, parse);
    notices = driver.createOutputTopic(Topics.MAIL_NOTICES, parse, parse);
    own = driver.createOutputTopic(Topics.MAIL_SCHEDULE_OUTCOMES, parse, parse);
    taken(OWNER);
  }

  private static SchedulerMetrics metrics(SimpleMeterRegistry registry, OutcomesProgress read) {
    SchedulerMetrics metrics = new SchedulerMetrics(registry);
    metrics.reading(read);
    return metrics;
  }

  @Override
  public void close() {
    driver.close();
  }

  Instant now() {
    return now;
  }

  /** The time in place of the wall clock's. */
  void clock(LongUnaryOperator other) {
    clock = other;
  }

  long millis() {
    return now.toEpochMilli();
  }

  /** Moves the clock, and takes due entries up. */
  void advance(Duration by) {
    move(by);
    tick();
    tick();
  }

  /** One punctuation. */
  void tick() {
    move(TICK);
  }

  private void move(Duration by) {
    now = now.plus(by);
    if (!silent) {
      long asked = clock.applyAsLong(millis());
      read.tasks().values().forEach(task -> task.progress().end(asked, end));
    }
    driver.advanceWallClockTime(by);
  }

  /** The log does not say any more where it ends; or it does again. */
  void silent(boolean log) {
    silent = log;
  }

  /** Is in the log, and read only by {@link #readOn}. */
  void unread(OutcomeRecorded.Builder outcome) {
    byte[] value = outcome.build().toByteArray();
    String key = outcome.getQueueId();
    end++;
    unread.add(
        () -> {
          end--;
          write(key, value, null);
        });
  }

  /** Reads the waiting records; the clock stands. */
  void readOn() {
    List<Runnable> all = List.copyOf(unread);
    unread.clear();
    all.forEach(Runnable::run);
  }

  /** PartitionTaken. */
  void taken(Owner by) {
    write(
        "",
        OutcomeRecorded.newBuilder()
            .setPartitionTaken(true)
            .setOwner(by.message())
            .build()
            .toByteArray(),
        null);
  }

  double skipped(String kind) {
    return registry.get("postern.scheduler.skipped").tag("kind", kind).counter().count();
  }

  static QueueId message() {
    return QueueId.next(0);
  }

  /**
   * An outcome of delivery for the given attempt (0: not known), with one state for each of the
   * recipients.
   */
  OutcomeRecorded.Builder outcome(
      QueueId queueId, int attempt, OutcomeKind kind, String reason, Integer... recipients) {
    OutcomeRecorded.Builder outcome =
        OutcomeRecorded.newBuilder()
            .setId(OutcomeId.newBuilder().setIncarnation("delivery-1").setNumber(++numbers))
            .setWriter(OutcomeWriter.WRITER_DELIVERY)
            .setOwner(OWNER.message())
            .setQueueId(queueId.value())
            .setDeliveryId(attempt == 0 ? "" : new DeliveryId(queueId, attempt, 0).toString())
            .setAttempt(attempt)
            .setOrganization("contoso")
            .setConnector("To Fabrikam")
            .setRequirement(TlsRequirement.newBuilder().setLevel(TlsLevel.DOMAIN_VALIDATION))
            .setRoute(ROUTE)
            .setAcceptedOffset(17)
            .setAcceptedMillis(START.toEpochMilli())
            .setExpiresMillis(START.plus(Duration.ofDays(1)).toEpochMilli())
            .setAtMillis(millis());
    Arrays.stream(recipients)
        .forEach(
            r ->
                outcome.addRecipients(
                    RecipientOutcome.newBuilder().setRecipient(r).setKind(kind).setReason(reason)));
    return outcome;
  }

  void write(OutcomeRecorded.Builder outcome) {
    write(outcome.getQueueId(), outcome.build().toByteArray(), null);
  }

  /** A first attempt that delivered everything. */
  void writeFinal(OutcomeRecorded.Builder outcome) {
    Owner owner = Owner.of(outcome.getOwner());
    write(outcome.getQueueId(), outcome.build().toByteArray(), owner);
  }

  void write(@Nullable String key, byte @Nullable [] value, @Nullable Owner ofFinal) {
    RecordHeaders headers = new RecordHeaders();
    headers.add(Headers.WRITER, bytes(Headers.WRITER_DELIVERY));
    if (ofFinal != null) {
      headers.add(Headers.FINAL, bytes(ofFinal.toString()));
    }
    end++;
    outcomes.pipeInput(new TestRecord<>(key == null ? null : bytes(key), value, headers, now));
  }

  void deferred(QueueId queueId, int attempt, Integer... recipients) {
    write(outcome(queueId, attempt, OutcomeKind.DEFERRED, "connect-failed", recipients));
  }

  void delivered(QueueId queueId, int attempt, Integer... recipients) {
    write(outcome(queueId, attempt, OutcomeKind.DELIVERED, "", recipients));
  }

  void control(ControlKind kind, QueueId queueId, String id, Integer... recipients) {
    control(
        queueId.value(),
        MessageControl.newBuilder()
            .setControlId(id)
            .setKind(kind)
            .setQueueId(queueId.value())
            .addAllRecipients(List.of(recipients))
            .setBy("admin")
            .setAtMillis(millis())
            .build());
  }

  void cancelWithoutNotice(QueueId queueId, String id, Integer... recipients) {
    control(
        queueId.value(),
        MessageControl.newBuilder()
            .setControlId(id)
            .setKind(ControlKind.CANCEL)
            .setWithoutNotice(true)
            .setQueueId(queueId.value())
            .addAllRecipients(List.of(recipients))
            .setBy("admin")
            .setAtMillis(millis())
            .build());
  }

  /** Of an organization's administrator. */
  void controlOf(
      String organization, ControlKind kind, QueueId queueId, String id, List<Integer> recipients) {
    control(
        queueId.value(),
        MessageControl.newBuilder()
            .setControlId(id)
            .setKind(kind)
            .setQueueId(queueId.value())
            .addAllRecipients(recipients)
            .setOrganization(organization)
            .setBy("anna")
            .setAtMillis(millis())
            .build());
  }

  void flush(String route, String id) {
    control(
        route,
        MessageControl.newBuilder()
            .setControlId(id)
            .setKind(ControlKind.RETRY_NOW)
            .setRoute(route)
            .setAtMillis(millis())
            .build());
  }

  private void control(String key, MessageControl control) {
    controls.pipeInput(bytes(key), control.toByteArray(), now);
  }

  void controlBytes(String key, byte[] value) {
    controls.pipeInput(bytes(key), value, now);
  }

  /** Attempts asked for since the last call. */
  List<AttemptDue> due() {
    return read(due, AttemptDue.parser(), record -> {});
  }

  List<NoticeRequested> notices() {
    return read(notices, NoticeRequested.parser(), record -> {});
  }

  /** Outcomes that the scheduler has written since the last call. */
  List<OutcomeRecorded> own() {
    List<OutcomeRecorded> all = new ArrayList<>();
    while (!own.isEmpty()) {
      TestRecord<byte[], byte[]> record = own.readRecord();
      if (Arrays.equals(
          record.headers().lastHeader(Headers.WRITER).value(), bytes(Headers.WRITER_SCHEDULER))) {
        all.add(LogLab.parse(OutcomeRecorded.parser(), record.value()));
      }
    }
    return all;
  }

  /** Recipients' states that the scheduler has written since the last call. */
  List<RecipientOutcome> ownStates() {
    return own().stream().flatMap(outcome -> outcome.getRecipientsList().stream()).toList();
  }

  @Nullable ScheduleEntry entry(QueueId queueId, int recipient) {
    byte[] value = store(SchedulerTopology.SCHEDULE).get(queueId + "/" + recipient);
    return value == null ? null : LogLab.parse(ScheduleEntry.parser(), value);
  }

  KeyValueStore<String, byte[]> store(String name) {
    return driver.getKeyValueStore(name);
  }

  /** Keys of the store of marks. */
  List<String> marks() {
    List<String> keys = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> all = store(SchedulerTopology.MARKS).all()) {
      all.forEachRemaining(mark -> keys.add(mark.key));
    }
    return keys;
  }

  /** The index by time. */
  KeyValueStore<Bytes, byte[]> index() {
    return driver.getKeyValueStore(SchedulerTopology.DUE);
  }

  double metric(String name, String... tags) {
    return registry.get(name).tags(tags).gauge().value();
  }

  private static <T> List<T> read(
      TestOutputTopic<byte[], byte[]> topic,
      Parser<T> parser,
      Consumer<TestRecord<byte[], byte[]>> check) {
    List<T> all = new ArrayList<>();
    while (!topic.isEmpty()) {
      TestRecord<byte[], byte[]> record = topic.readRecord();
      check.accept(record);
      all.add(LogLab.parse(parser, record.value()));
    }
    return all;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
