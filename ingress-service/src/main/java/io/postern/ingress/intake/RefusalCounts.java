package io.postern.ingress.intake;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.contracts.RefusalReference;
import io.postern.contracts.Texts;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.RefusedVariant;
import io.postern.contracts.v1.SessionFacts;
import io.postern.ingress.bounds.Level;
import io.postern.ingress.bounds.SourceBound;
import io.postern.ingress.rcpt.RefusalKind;
import io.postern.ingress.source.Source;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The counts of refusals by source and kind: the first of a minute is published in full, the
 * further ones raise a count that is published at the minute's end, and all have one reference.
 *
 * <p>Anybody who connects can fill it, so it is bounded in memory and in records: {@value #MOST}
 * minutes are open at once, of at most 4 KiB each; the next one ends the oldest, whose count is
 * published then. A source has so many kinds a minute as {@link SourceBound#REFUSAL_KINDS} says;
 * all else that it is refused counts together. {@value #RECORDS} first refusals and {@value #BYTES}
 * bytes of them a minute are published in full; further ones are counted in total, under one
 * reference, without source or kind. Others notice no more than that a first refusal of theirs may
 * be among those.
 *
 * <p>Thread-safe; called from session threads, never blocks. One thread of its own publishes the
 * counts of minutes that have ended, within a second.
 */
public final class RefusalCounts implements AutoCloseable {
  static final Duration MINUTE = Duration.ofMinutes(1);
  static final int MOST = 500;
  static final int RECORDS = 500;
  static final int BYTES = 512 * 1024;
  private static final int MOST_TEXT = 300;
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final RefusalKind BEYOND = new RefusalKind(0, "", "beyond-bounds", "", "");

  /** All refusals of a source beyond its kinds. */
  private static final RefusalKind OTHERS = new RefusalKind(0, "", "several", "", "");

  private record Key(@Nullable Source source, RefusalKind kind) {}

  /** A minute of one source and kind. */
  private static final class Minute {
    final String reference = RefusalReference.next();
    final long beganNanos;
    final MessageRefused.Builder record;
    final RefusedVariants variants = new RefusedVariants();
    long further;

    Minute(long beganNanos, MessageRefused.Builder record) {
      this.beganNanos = beganNanos;
      this.record = record;
    }
  }

  private final Refusals records;
  private final LongSupplier nanos;
  private final Counter counted;
  private final Counter beyond;
  // By beginning, which is the order of their ends.
  private final Map<Key, Minute> minutes = new LinkedHashMap<>();
  private final Level<Source> kinds;
  private final Thread thread = Thread.ofVirtual().name("refusal-counts").unstarted(this::run);
  private long budgetNanos;
  private int recordsLeft = RECORDS;
  private int bytesLeft = BYTES;
  private volatile boolean closed;

  public RefusalCounts(Refusals records, MeterRegistry registry) {
    this(records, registry, System::nanoTime);
    thread.start();
  }

  RefusalCounts(Refusals records, MeterRegistry registry, LongSupplier nanos) {
    this.records = records;
    this.nanos = nanos;
    this.kinds = new Level<>(SourceBound.REFUSAL_KINDS, nanos);
    this.counted = registry.counter("postern.ingress.refusal.records", "result", "counted");
    this.beyond = registry.counter("postern.ingress.refusal.records", "result", "beyond");
    this.budgetNanos = nanos.getAsLong();
  }

  /** Counts a refusal of no recipient, and returns its reference. */
  public String add(Source source, RefusalKind kind, Supplier<MessageRefused> full) {
    return add(source, kind, full, Optional::empty);
  }

  /**
   * Counts a refusal, and returns its reference.
   *
   * @param full the record, made only if it is published
   * @param variant the facts by which it was decided; empty: no recipient was
   */
  public String add(
      Source source,
      RefusalKind kind,
      Supplier<MessageRefused> full,
      Supplier<Optional<RefusedVariant>> variant) {
    boolean open = open(source, kind) != null;
    Optional<RefusedVariant> facts = open ? variant.get() : Optional.empty();
    String known = again(source, kind, facts);
    if (known != null) {
      counted.increment();
      return known;
    }
    MessageRefused first = full.get();
    if (!open) {
      facts = variant.get(); // it takes locks of its own, and so not within ours
    }
    List<MessageRefused> toPublish = new ArrayList<>();
    String reference = begin(source, kind, first, facts, toPublish);
    toPublish.forEach(records::record);
    return reference;
  }

  /** The minute in which the refusal counts; null: none is open. */
  private synchronized @Nullable Minute open(Source source, RefusalKind kind) {
    Minute its = minutes.get(new Key(source, kind));
    return its != null ? its : minutes.get(new Key(source, OTHERS));
  }

  private synchronized @Nullable String again(
      Source source, RefusalKind kind, Optional<RefusedVariant> variant) {
    Minute minute = open(source, kind);
    if (minute == null && !budgetLeft()) {
      minute = minutes.get(new Key(null, BEYOND));
      if (minute != null) {
        beyond.increment();
      }
    }
    if (minute == null || over(minute)) {
      return null;
    }
    return count(minute, variant);
  }

  private static String count(Minute minute, Optional<RefusedVariant> variant) {
    minute.further++;
    variant.ifPresent(minute.variants::add);
    minute.record.setUntilMillis(System.currentTimeMillis());
    return minute.reference;
  }

  private synchronized String begin(
      Source source,
      RefusalKind kind,
      MessageRefused first,
      Optional<RefusedVariant> variant,
      List<MessageRefused> toPublish) {
    end(toPublish, false);
    Minute meanwhile = open(source, kind);
    if (meanwhile != null) {
      counted.increment();
      return count(meanwhile, variant);
    }
    int size = first.getSerializedSize();
    if (!budgetLeft() || size > bytesLeft) {
      beyond.increment();
      return count(
          minutes.computeIfAbsent(new Key(null, BEYOND), key -> new Minute(now(), beyond())),
          Optional.empty());
    }
    recordsLeft--;
    bytesLeft -= size;
    if (minutes.size() >= MOST) {
      end(minutes.keySet().iterator().next(), toPublish);
    }
    RefusalKind its = kinds.take(source, 1) ? kind : OTHERS;
    Minute minute = new Minute(now(), further(first, its));
    minutes.put(new Key(source, its), minute);
    toPublish.add(first.toBuilder().setReference(minute.reference).setCount(1).build());
    return minute.reference;
  }

  private long now() {
    return nanos.getAsLong();
  }

  private boolean over(Minute minute) {
    return now() - minute.beganNanos >= MINUTE.toNanos();
  }

  private boolean budgetLeft() {
    if (now() - budgetNanos >= MINUTE.toNanos()) {
      budgetNanos = now();
      recordsLeft = RECORDS;
      bytesLeft = BYTES;
    }
    return recordsLeft > 0;
  }

  /** The record of the count, from the first refusal: no session's details, no addresses. */
  private static MessageRefused.Builder further(MessageRefused first, RefusalKind kind) {
    boolean one = !kind.equals(OTHERS);
    return counting(kind)
        .setSession(
            SessionFacts.newBuilder()
                .setClientIp(first.getSession().getClientIp())
                .setServerName(first.getSession().getServerName()))
        .setCommand(one ? first.getCommand() : "")
        .setVerdict(one ? first.getVerdict() : "")
        .setText(
            one
                ? Texts.cut(first.getText(), MOST_TEXT)
                : "Further kinds of refusals, counted together");
  }

  private static MessageRefused.Builder beyond() {
    return counting(BEYOND)
        .setText(
            "Refusals above the limit of records per minute, from any source, counted together");
  }

  private static MessageRefused.Builder counting(RefusalKind kind) {
    return MessageRefused.newBuilder()
        .setCode(kind.code())
        .setEnhancedCode(kind.enhanced())
        .setRule(Texts.cut(kind.rule(), MOST_TEXT))
        .setOrganization(Texts.cut(kind.organization(), MOST_TEXT))
        .setConnector(Texts.cut(kind.connector(), MOST_TEXT))
        .setHandshakeFailure(kind.handshake())
        .setFromMillis(System.currentTimeMillis());
  }

  /** Publishes the counts of minutes that have ended. */
  void publishEnded() {
    publish(false);
  }

  private void publish(boolean all) {
    List<MessageRefused> ended = new ArrayList<>();
    synchronized (this) {
      end(ended, all);
    }
    ended.forEach(records::record);
  }

  private void end(List<MessageRefused> toPublish, boolean all) {
    while (!minutes.isEmpty()) {
      Map.Entry<Key, Minute> oldest = minutes.entrySet().iterator().next();
      if (!all && !over(oldest.getValue())) {
        return;
      }
      end(oldest.getKey(), toPublish);
    }
  }

  private void end(Key key, List<MessageRefused> toPublish) {
    Minute minute = minutes.remove(key);
    if (minute != null && minute.further > 0) {
      toPublish.add(
          minute
              .record
              .setReference(minute.reference)
              .setCount(minute.further)
              .addAllVariants(minute.variants.all())
              .setAtMillis(System.currentTimeMillis())
              .build());
    }
  }

  private void run() {
    while (!closed) {
      try {
        TimeUnit.NANOSECONDS.sleep(TICK.toNanos());
        publishEnded();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Publishes all counts. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    publish(true);
  }
}
