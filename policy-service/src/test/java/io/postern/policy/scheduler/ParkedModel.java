package io.postern.policy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.Deployment;
import io.postern.contracts.ParkedEntries;
import io.postern.contracts.QueueId;
import io.postern.contracts.Reasons;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.ControlKind;
import io.postern.contracts.v1.MessageControl;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.OutcomeWriter;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.contracts.v1.ScheduleEntry;
import io.postern.contracts.v1.ScheduleState;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.policy.LogLab;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedForward;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * A random day of one partition: the scheduler itself, which is started again now and then, with
 * decider, delivery and hosts that die, hang and return, connectors that are repaired, requirements
 * that rise, administrators who hold, release, cancel, retry and flush. In simulated time, from one
 * event to the next.
 */
final class ParkedModel {
  /** What goes wrong on purpose. */
  enum Fault {
    NONE,
    /** Nothing ever goes on. */
    NO_PROBE,
    /** A new owner does not look for what rests. */
    NO_WALK,
    /** All that rests goes when its group's turn comes. */
    ALL_AT_ONCE,
    /** The same message is the probe, again and again. */
    SAME_PROBE,
    /** What a host answers does not count. */
    NEVER_UP,
    /** A hand-back counts as an answer. */
    ALWAYS_UP,
    /** An entry that comes to rest is lost. */
    LOST,
    /** One that rests does not expire. */
    NO_EXPIRY,
    /** One that rests has no promise any more. */
    PROMISE_FORGOTTEN,
    /** A message that is held goes with the others. */
    HOLD_FORGOTTEN
  }

  private static final long SECOND = 1_000;
  private static final long MINUTE = 60 * SECOND;
  private static final long HOUR = 60 * MINUTE;
  private static final long LIFETIME = 6 * HOUR;
  private static final long FOUND_WITHIN = 7 * MINUTE;
  private static final int MESSAGES = 60;
  private static final int ROUTES = 3;

  private enum Host {
    UP,
    DEAD,
    SLOW
  }

  private static final class Mail {
    final QueueId id;
    final long accepted;
    final int route;
    final int organization;
    int attempt = 1;
    boolean open = true;
    boolean held;
    boolean ended;
    long rested;
    long heldFor; // that does not count as age
    long wanted = Long.MAX_VALUE; // an administrator wants an attempt by then
    TlsRequirement promise = TlsRequirement.getDefaultInstance();
    long version;

    Mail(QueueId id, long accepted, int route, int organization) {
      this.id = id;
      this.accepted = accepted;
      this.route = route;
      this.organization = organization;
    }

    long expires() {
      return accepted + LIFETIME + heldFor;
    }

    String group() {
      return route + "/" + organization;
    }
  }

  private record Event(long at, long number, Runnable run) {}

  /** A punctuation of the scheduler's. */
  private static final class Timer {
    final long interval;
    final Punctuator call;
    long due;

    Timer(long interval, Punctuator call, long now) {
      this.interval = interval;
      this.call = call;
      this.due = now + interval;
    }
  }

  private final Random random;
  private final Fault fault;
  private final MockProcessorContext<byte[], byte[]> context;
  private final KeyValueStore<String, byte[]> schedule;
  private final OutcomesProgress progress = new OutcomesProgress();
  private SchedulerProcessor processor;
  private final List<Timer> timers = new ArrayList<>();
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
  private final Map<String, Mail> all = new LinkedHashMap<>();
  private final Host[] hosts = new Host[ROUTES + 1]; // the last one is where repaired mail goes
  private final long[] since = new long[ROUTES + 1];
  private final int[] busy = new int[ROUTES + 1];
  private final boolean[][] repaired = new boolean[ROUTES][2];
  private final Map<String, Integer> probes = new HashMap<>(); // by group, while dead
  private int level = TlsLevel.ENCRYPTION_ONLY_VALUE;
  private long version = 1;
  private long now;
  private long end; // of mail.outcomes
  private long number;
  private int starts;

  ParkedModel(long seed, Fault fault, Path folder) {
    this.random = new Random(seed);
    this.fault = fault;
    now = SchedulerLab.START.toEpochMilli();
    context =
        new MockProcessorContext<byte[], byte[]>(
            StreamsSettings.of(LogLab.settings("localhost:9"), Deployment.singleNode(1), folder),
            new TaskId(0, 0),
            folder.toFile()) {
          @Override
          public Cancellable schedule(Duration interval, PunctuationType type, Punctuator call) {
            Timer timer = new Timer(interval.toMillis(), call, now);
            timers.add(timer);
            return () -> timers.remove(timer);
          }
        };
    schedule = store(SchedulerTopology.SCHEDULE, Serdes.String());
    store(SchedulerTopology.MARKS, Serdes.String());
    store(SchedulerTopology.DUE, Serdes.Bytes());
    processor = start();
  }

  private <K> KeyValueStore<K, byte[]> store(String name, Serde<K> keys) {
    KeyValueStore<K, byte[]> store =
        Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(name), keys, Serdes.ByteArray())
            .withLoggingDisabled()
            .withCachingDisabled()
            .build();
    store.init(context.getStateStoreContext(), store);
    return store;
  }

  private SchedulerProcessor start() {
    starts++;
    SchedulerProcessor fresh =
        new SchedulerProcessor(
            ScheduleTimes.DEFAULT,
            new SchedulerMetrics(new SimpleMeterRegistry()),
            progress,
            millis -> millis,
            index -> new Faulty(index, fault, starts > 1));
    context.setCurrentSystemTimeMs(now);
    fresh.init(context);
    progress.tasks().values().forEach(task -> task.progress().read(end));
    return fresh;
  }

  /** The day; an AssertionError says what went wrong in it. */
  void run() {
    outcome(
        OutcomeRecorded.newBuilder()
            .setPartitionTaken(true)
            .setOwner(SchedulerLab.OWNER.message()));
    for (int route = 0; route <= ROUTES; route++) {
      become(route, route == ROUTES ? Host.UP : Host.values()[random.nextInt(3)]);
    }
    for (int i = 0; i < MESSAGES; i++) {
      at(random.nextInt(4 * (int) HOUR), this::accept);
    }
    for (int i = 0; i < 25; i++) {
      at(random.nextInt(8 * (int) HOUR), this::something);
    }
    for (long minute = 1; minute < 20 * 60; minute++) {
      at(minute * MINUTE, this::check);
    }
    while (!events.isEmpty()) {
      long punctuation = nextPunctuation();
      if (punctuation <= events.element().at()) {
        now = Math.max(now, punctuation);
        punctuate();
      } else {
        Event next = events.remove();
        now = next.at();
        next.run().run();
      }
      read();
    }
    assertThat(all.values().stream().filter(mail -> !mail.ended).map(this::entry).toList())
        .as("mail that has no end")
        .isEmpty();
  }

  private void at(long in, Runnable run) {
    events.add(new Event(now + in, ++number, run));
  }

  private long nextPunctuation() {
    return timers.stream().mapToLong(timer -> timer.due).min().orElse(Long.MAX_VALUE);
  }

  private void punctuate() {
    context.setCurrentSystemTimeMs(now);
    progress.tasks().values().forEach(task -> task.progress().end(now, end));
    for (Timer timer : List.copyOf(timers)) {
      if (timers.contains(timer) && timer.due <= now) {
        timer.due = now + timer.interval;
        timer.call.punctuate(now);
      }
    }
  }

  private void become(int route, Host host) {
    hosts[route] = host;
    since[route] = now;
    probes.keySet().removeIf(group -> group.startsWith(route + "/"));
  }

  private void something() {
    int route = random.nextInt(ROUTES);
    Mail mail = any();
    switch (random.nextInt(9)) {
      case 0, 1, 2 -> become(route, Host.values()[random.nextInt(3)]);
      case 3 -> {
        processor.close();
        processor = start();
      }
      case 4 -> {
        repaired[route][random.nextInt(2)] = true;
        version++;
        become(route, hosts[route]);
      }
      case 5 -> {
        level = TlsLevel.DOMAIN_VALIDATION_VALUE;
        version++;
      }
      case 6 -> {
        all.values().stream()
            .filter(each -> each.route == route && rests(each) && now < each.expires() - MINUTE)
            .forEach(each -> each.wanted = now + 5 * SECOND);
        control(MessageControl.newBuilder().setRoute(name(route)), ControlKind.RETRY_NOW);
      }
      case 7 -> {
        if (mail != null && rests(mail) && now < mail.expires() - MINUTE) {
          mail.wanted = now + 5 * SECOND;
          control(of(mail), ControlKind.RETRY_NOW);
        }
      }
      default -> {
        if (mail != null && rests(mail)) {
          hold(mail);
        }
      }
    }
  }

  private void hold(Mail mail) {
    mail.held = true;
    long began = now;
    control(of(mail), ControlKind.HOLD);
    at(
        random.nextInt(2 * (int) HOUR),
        () -> {
          mail.held = false;
          mail.heldFor += now - began;
          boolean cancel = random.nextBoolean();
          mail.wanted = cancel ? Long.MAX_VALUE : now + 5 * SECOND;
          control(of(mail), cancel ? ControlKind.CANCEL : ControlKind.RELEASE);
        });
  }

  private static MessageControl.Builder of(Mail mail) {
    return MessageControl.newBuilder().setQueueId(mail.id.value()).addRecipients(0);
  }

  private @Nullable Mail any() {
    List<Mail> waiting = all.values().stream().filter(mail -> !mail.ended).toList();
    return waiting.isEmpty() ? null : waiting.get(random.nextInt(waiting.size()));
  }

  private void accept() {
    Mail mail =
        new Mail(
            QueueId.of(0, now, random.nextLong(1L << 40)),
            now,
            random.nextInt(ROUTES),
            random.nextInt(2));
    all.put(mail.id.value(), mail);
    decide(mail);
  }

  // Decision and delivery: a second or two, or what a slow host takes.
  private void decide(Mail mail) {
    int least = Math.max(level, mail.promise.getLevelValue());
    TlsRequirement requirement = TlsRequirement.newBuilder().setLevelValue(least).build();
    long decided = version;
    int to = repaired[mail.route][mail.organization] ? ROUTES : mail.route;
    boolean slow = hosts[to] == Host.SLOW;
    boolean begins = !slow || busy[to] < 3;
    if (begins) {
      busy[to]++;
    }
    long takes = SECOND + random.nextInt(2 * (int) SECOND);
    at(
        slow && begins ? 10 * takes : takes,
        () -> {
          if (begins) {
            busy[to]--;
          }
          OutcomeRecorded.Builder outcome = outcome(mail, to, requirement, decided);
          if (!begins || hosts[to] == Host.DEAD && random.nextInt(10) > 0) {
            outcome
                .setNoAttempt(true)
                .setNotBeforeMillis(now + 10 * SECOND + random.nextInt(10 * (int) MINUTE));
            end(mail, outcome, OutcomeKind.DEFERRED, Reasons.DESTINATION_BUSY);
          } else if (hosts[to] == Host.DEAD) {
            end(mail, outcome, OutcomeKind.DEFERRED, Reasons.CONNECT_FAILED);
          } else if (random.nextInt(20) == 0) {
            end(mail, outcome, OutcomeKind.DEFERRED, Reasons.REMOTE_4XX);
          } else {
            end(mail, outcome, OutcomeKind.DELIVERED, "");
          }
        });
  }

  private OutcomeRecorded.Builder outcome(
      Mail mail, int to, TlsRequirement requirement, long decided) {
    return OutcomeRecorded.newBuilder()
        .setWriter(OutcomeWriter.WRITER_DELIVERY)
        .setOwner(SchedulerLab.OWNER.message())
        .setQueueId(mail.id.value())
        .setDeliveryId(mail.id + "/" + mail.attempt + "/0")
        .setAttempt(mail.attempt)
        .setOrganization("organization-" + mail.organization)
        .setRoute(name(to))
        .setRequirement(requirement)
        .setRoutingVersion(decided)
        .setNullReversePath(mail.organization == 1)
        .setAcceptedMillis(mail.accepted)
        .setExpiresMillis(mail.accepted + LIFETIME);
  }

  private static String name(int route) {
    return "mx:host-" + route + ".example";
  }

  private void end(Mail mail, OutcomeRecorded.Builder outcome, OutcomeKind kind, String reason) {
    mail.open = false;
    mail.promise = outcome.getRequirement();
    mail.version = outcome.getRoutingVersion();
    mail.ended = kind == OutcomeKind.DELIVERED;
    outcome(outcome.addRecipients(RecipientOutcome.newBuilder().setKind(kind).setReason(reason)));
    mail.rested = now;
    ScheduleEntry entry = entry(mail);
    if (entry != null && ParkedEntries.isParked(entry)) {
      switch (fault) {
        case LOST -> schedule.delete(mail.id + "/0");
        case NO_EXPIRY -> put(mail, entry.toBuilder().setExpiresMillis(now + 100 * HOUR));
        case PROMISE_FORGOTTEN -> put(mail, entry.toBuilder().clearRequirement());
        default -> {}
      }
    }
  }

  private void put(Mail mail, ScheduleEntry.Builder entry) {
    schedule.put(mail.id + "/0", entry.build().toByteArray());
  }

  private @Nullable ScheduleEntry entry(Mail mail) {
    byte[] value = schedule.get(mail.id + "/0");
    return value == null ? null : LogLab.parse(ScheduleEntry.parser(), value);
  }

  private boolean rests(Mail mail) {
    ScheduleEntry entry = entry(mail);
    return entry != null && ParkedEntries.isParked(entry);
  }

  private void outcome(OutcomeRecorded.Builder outcome) {
    process(Topics.MAIL_OUTCOMES, end++, outcome.getQueueId(), outcome.build().toByteArray());
  }

  private void control(MessageControl.Builder control, ControlKind kind) {
    byte[] value = control.setControlId("c" + ++number).setKind(kind).build().toByteArray();
    process(Topics.MAIL_CONTROLS, number, control.getQueueId(), value);
    ScheduleEntry entry = control.getQueueId().isEmpty() ? null : entry(mail(control.getQueueId()));
    if (fault == Fault.HOLD_FORGOTTEN && kind == ControlKind.HOLD && entry != null) {
      put(
          mail(control.getQueueId()),
          entry.toBuilder().setState(ScheduleState.WAITING).setDueMillis(now));
      processor.close();
      processor = start();
    }
  }

  private Mail mail(String id) {
    Mail mail = all.get(id);
    assertThat(mail).isNotNull();
    return mail;
  }

  private void process(String topic, long offset, String key, byte[] value) {
    context.setCurrentSystemTimeMs(now);
    context.setRecordMetadata(topic, 0, offset);
    processor.process(new Record<>(SchedulerLab.bytes(key), value, now, new RecordHeaders()));
  }

  /** What the scheduler has written. */
  private void read() {
    List<CapturedForward<? extends byte[], ? extends byte[]>> written =
        new ArrayList<>(context.forwarded());
    context.resetForwards();
    for (CapturedForward<? extends byte[], ? extends byte[]> each : written) {
      byte[] value = each.record().value();
      switch (each.childName().orElse("")) {
        case SchedulerTopology.TO_DUE -> due(LogLab.parse(AttemptDue.parser(), value));
        case SchedulerTopology.TO_OUTCOMES ->
            LogLab.parse(OutcomeRecorded.parser(), value).getRecipientsList().stream()
                .filter(
                    state ->
                        state.getKind() == OutcomeKind.EXPIRED_OUTCOME
                            || state.getKind() == OutcomeKind.CANCELLED)
                .forEach(
                    state ->
                        ended(
                            mail(new String(each.record().key(), StandardCharsets.UTF_8)),
                            state.getKind()));
        default -> {}
      }
    }
  }

  private void ended(Mail mail, OutcomeKind kind) {
    assertThat(mail.ended).as("one end").isFalse();
    mail.ended = true;
    if (kind == OutcomeKind.EXPIRED_OUTCOME) {
      assertThat(now).as("expired").isGreaterThanOrEqualTo(mail.expires());
    }
  }

  private void due(AttemptDue due) {
    Mail mail = mail(due.getQueueId());
    assertThat(mail.ended).as("tried after its end").isFalse();
    assertThat(mail.open).as("two attempts at a time").isFalse();
    assertThat(mail.held).as("tried though held").isFalse();
    assertThat(due.getAttempt()).isEqualTo(mail.attempt + 1);
    assertThat(due.getRequirement()).as("the promise").isEqualTo(mail.promise);
    assertThat(due.getRoutingVersion()).as("its version").isEqualTo(mail.version);
    ScheduleEntry entry = entry(mail);
    assertThat(entry).isNotNull();
    if (entry.getParked()
        && hosts[mail.route] == Host.DEAD
        && !repaired[mail.route][mail.organization]
        && now - since[mail.route] > 2 * MINUTE) {
      probe(mail);
    }
    mail.open = true;
    mail.wanted = Long.MAX_VALUE;
    mail.attempt++;
    decide(mail);
  }

  private void probe(Mail mail) {
    assertThat(probes.merge(mail.group(), 1, Integer::sum))
        .as("probes of a dead route")
        .isLessThanOrEqualTo(8 * (starts + 1) + (int) ((now - since[mail.route]) / (4 * MINUTE)));
    assertThat(
            all.values().stream()
                .filter(other -> other.group().equals(mail.group()) && rests(other))
                .filter(other -> other.rested < mail.rested)
                .map(other -> other.id))
        .as("tried less recently than the probe")
        .isEmpty();
  }

  private void check() {
    for (Mail mail : all.values()) {
      if (mail.ended) {
        continue;
      }
      assertThat(now - MINUTE).as("an administrator's wish").isLessThanOrEqualTo(mail.wanted);
      if (rests(mail)) {
        assertThat(now).as("expiry of what rests").isLessThan(mail.expires() + MINUTE);
        int to = repaired[mail.route][mail.organization] ? ROUTES : mail.route;
        boolean up = hosts[to] == Host.UP;
        long upSince = Math.max(since[mail.route], since[to]);
        assertThat(up && now - Math.max(upSince, mail.rested) > FOUND_WITHIN)
            .as("it rests though its route is up")
            .isFalse();
      }
    }
  }

  /** The part that says when mail goes on, with its fault. */
  private static final class Faulty extends ParkedMail {
    private final ParkedIndex index;
    private final Fault fault;
    private final boolean again;
    private final Map<ParkedGroup, ParkedIndex.Head> first = new HashMap<>();
    private final Map<ParkedGroup, Boolean> known = new HashMap<>();

    Faulty(ParkedIndex index, Fault fault, boolean again) {
      super(index);
      this.index = index;
      this.fault = fault;
      this.again = again;
    }

    @Override
    void rests(ParkedGroup group, long now) {
      known.put(group, true);
      super.rests(group, now);
    }

    @Override
    void ended(ParkedGroup group, RouteSign sign, long now) {
      RouteSign seen =
          switch (fault) {
            case NEVER_UP -> RouteSign.REFUSED;
            case ALWAYS_UP -> RouteSign.ANSWERED;
            default -> sign;
          };
      super.ended(group, seen, now);
    }

    @Override
    List<ParkedIndex.Head> take(long now, int atMost) {
      List<ParkedIndex.Head> heads = new ArrayList<>();
      for (ParkedIndex.Head head : super.take(now, atMost)) {
        switch (fault) {
          case NO_PROBE -> {}
          case NO_WALK -> {
            if (!again || known.containsKey(head.group())) {
              heads.add(head);
            }
          }
          case ALL_AT_ONCE -> {
            for (ParkedIndex.Head next = index.head(head.group(), null);
                next != null;
                next = index.head(head.group(), next.last())) {
              heads.add(next);
            }
          }
          case SAME_PROBE -> heads.add(first.computeIfAbsent(head.group(), group -> head));
          default -> heads.add(head);
        }
      }
      return heads;
    }
  }
}
