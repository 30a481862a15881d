package io.postern.log.asking;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.MessageLite;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The questions of one kind that are in flight. Equal ones are one: it is sent once in its life,
 * and its answer goes to all callers. A caller that leaves takes nothing from the others, and an
 * answer serves no caller who comes after it.
 *
 * <p>Bounds: {@link Kind}. An entry takes some 700 bytes. Any thread; only {@link #await} waits,
 * and sending may take half a second ({@link LossySender}).
 *
 * @param <K> what makes questions equal
 */
public final class Questions<K, A> {
  private static final int MOST_SILENT = 20_000;

  /**
   * The rules of a kind.
   *
   * @param topic of the questions
   * @param most in flight at once; beyond them none is sent, and no caller waits
   * @param mostOfPartner of them to one partner
   * @param paced one that was answered is not sent again either until its life is over; beyond
   *     {@code most} the oldest for which no caller waits gives way
   * @param endsWithQuestion callers wait no longer than the question lives, and not at all when it
   *     could not be sent. Otherwise another replica's question may bring the answer
   * @param silentAfter a caller that waits in vain for so long makes its partner silent
   * @param silence for how long no caller waits for a silent partner, unless it answers; zero: each
   *     waits
   */
  public record Kind(
      String topic,
      int most,
      int mostOfPartner,
      boolean paced,
      boolean endsWithQuestion,
      Duration silentAfter,
      Duration silence) {}

  /**
   * A question.
   *
   * @param partner about which it is, also the record's key: silence and a bound of their own
   * @param life for which it is not sent again
   * @param least of the life of one in flight that serves this caller too
   * @param record to be sent, made only then
   */
  public record Question<K>(
      K key, String partner, Duration life, Duration least, Supplier<MessageLite> record) {}

  /** Sends a record, and says once how it went, as {@link LossySender} does. */
  public interface Sending {
    void send(String topic, String key, MessageLite value, Consumer<@Nullable Exception> done);
  }

  /** Why there is no answer. */
  public enum Missing {
    TOO_MANY,
    SILENT_PARTNER,
    NOT_SENT,
    LATE
  }

  /**
   * What a caller gets: an answer, or the reason why there is none.
   *
   * @param missing null: there is an answer
   */
  public record Reply<A>(@Nullable A answer, @Nullable Missing missing) {}

  /** An open question, as one caller finds it. */
  private record Entry<A>(Open<A> open, CompletableFuture<Reply<A>> reply) {}

  private static final class Open<A> {
    final String partner;
    CompletableFuture<Reply<A>> reply = new CompletableFuture<>();
    boolean sent;
    long endNanos;
    int callers;

    Open(String partner) {
      this.partner = partner;
    }

    boolean lives(long until) {
      return sent && endNanos - until > 0;
    }
  }

  private final Kind kind;
  private final Sending sending;
  private final LongSupplier nanos;
  private final @Nullable Cache<String, Boolean> silent;
  // The one sent last is last. With ofPartner and all that is in it guarded by this.
  private final Map<K, Open<A>> open = new LinkedHashMap<>();
  private final Map<String, Integer> ofPartner = new HashMap<>();

  public Questions(Kind kind, Sending sending) {
    this(kind, sending, System::nanoTime);
  }

  Questions(Kind kind, Sending sending, LongSupplier nanos) {
    this.kind = kind;
    this.sending = sending;
    this.nanos = nanos;
    silent =
        kind.silence().isZero()
            ? null
            : Caffeine.newBuilder()
                .maximumSize(MOST_SILENT)
                .expireAfterWrite(kind.silence())
                .ticker(nanos::getAsLong)
                .executor(Runnable::run)
                .build();
  }

  /** Sends the question unless it is in flight. False: there are too many. */
  public boolean ask(Question<K> question) {
    Entry<A> entry = enter(question);
    if (entry == null) {
      return false;
    }
    try {
      sendOnce(question, entry.open());
      return true;
    } finally {
      leave(question.key(), entry.open());
    }
  }

  /**
   * Waits for the answer, and sends the question unless it is in flight.
   *
   * @param known the answer that is there already, or null: it may have come before the question
   *     was noted, or without being an answer to it
   */
  public Reply<A> await(Question<K> question, Supplier<@Nullable A> known, Duration patience)
      throws InterruptedException {
    long end = nanos.getAsLong() + patience.toNanos();
    Entry<A> entry = enter(question);
    try {
      A already = known.get();
      if (already != null) {
        return new Reply<>(already, null);
      }
      if (entry == null) {
        return new Reply<>(null, Missing.TOO_MANY);
      }
      sendOnce(question, entry.open());
      if (isSilent(question.partner()) && !entry.reply().isDone()) {
        return new Reply<>(null, Missing.SILENT_PARTNER);
      }
      long left = end(entry.open(), end) - nanos.getAsLong();
      return entry.reply().get(Math.max(0, left), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return late(question.partner(), known, patience);
    } catch (ExecutionException e) {
      throw new IllegalStateException("none is ever completed with a failure", e);
    } finally {
      if (entry != null) {
        leave(question.key(), entry.open());
      }
    }
  }

  private Reply<A> late(String partner, Supplier<@Nullable A> known, Duration patience) {
    A meanwhile = known.get();
    if (meanwhile != null) {
      return new Reply<>(meanwhile, null);
    }
    if (silent != null && patience.compareTo(kind.silentAfter()) >= 0) {
      silent.put(partner, Boolean.TRUE);
    }
    return new Reply<>(null, Missing.LATE);
  }

  private boolean isSilent(String partner) {
    return silent != null && silent.getIfPresent(partner) != null;
  }

  /** Its partner is not silent. */
  public void heard(String partner) {
    if (silent != null) {
      silent.invalidate(partner);
    }
  }

  /** The answer came. Without a question it goes to no caller. */
  public void answered(K key, A answer) {
    end(key, new Reply<>(answer, null), kind.paced());
  }

  private void end(K key, Reply<A> reply, boolean kept) {
    CompletableFuture<Reply<A>> waiting = null;
    synchronized (this) {
      Open<A> there = open.get(key);
      if (there != null) {
        waiting = there.reply;
        there.reply = new CompletableFuture<>();
        if (!kept) {
          remove(key, there);
        }
      }
    }
    if (waiting != null) {
      waiting.complete(reply);
    }
  }

  /** In flight, or with callers. */
  public synchronized boolean isOpen(K key) {
    return open.containsKey(key);
  }

  /** The questions that are open now. */
  public synchronized List<K> open() {
    return List.copyOf(open.keySet());
  }

  public synchronized int count() {
    forget();
    return open.size();
  }

  /** Null: there are too many. */
  private synchronized @Nullable Entry<A> enter(Question<K> question) {
    forget();
    Open<A> there = open.get(question.key());
    if (there == null) {
      if (open.size() >= kind.most() && !giveWay()) {
        return null;
      }
      if (ofPartner.getOrDefault(question.partner(), 0) >= kind.mostOfPartner()) {
        return null;
      }
      there = new Open<>(question.partner());
      open.put(question.key(), there);
      ofPartner.merge(question.partner(), 1, Integer::sum);
    }
    there.callers++;
    return new Entry<>(there, there.reply);
  }

  private boolean giveWay() {
    Map.Entry<K, Open<A>> oldest = open.entrySet().iterator().next();
    if (!kind.paced() || oldest.getValue().callers > 0) {
      return false;
    }
    remove(oldest.getKey(), oldest.getValue());
    return true;
  }

  private synchronized void leave(K key, Open<A> entry) {
    entry.callers--;
    if (entry.callers == 0 && !entry.lives(nanos.getAsLong())) {
      remove(key, entry);
    }
  }

  private void remove(K key, Open<A> entry) {
    if (open.remove(key, entry)) {
      gone(entry);
    }
  }

  private void gone(Open<A> entry) {
    ofPartner.computeIfPresent(entry.partner, (_, count) -> count == 1 ? null : count - 1);
  }

  private void forget() {
    long now = nanos.getAsLong();
    Iterator<Map.Entry<K, Open<A>>> oldest = open.entrySet().iterator();
    while (oldest.hasNext()) {
      Open<A> entry = oldest.next().getValue();
      if (entry.lives(now)) {
        return;
      }
      if (entry.callers == 0) {
        oldest.remove();
        gone(entry);
      }
    }
  }

  private synchronized long end(Open<A> entry, long end) {
    return kind.endsWithQuestion() && entry.endNanos - end < 0 ? entry.endNanos : end;
  }

  private void sendOnce(Question<K> question, Open<A> entry) {
    if (begin(question, entry)) {
      sending.send(
          kind.topic(),
          question.partner(),
          question.record().get(),
          failure -> notSent(question.key(), entry, failure));
    }
  }

  private synchronized boolean begin(Question<K> question, Open<A> entry) {
    long now = nanos.getAsLong();
    if (open.get(question.key()) != entry || entry.lives(now + question.least().toNanos())) {
      return false; // it was answered, or is in flight
    }
    entry.sent = true;
    entry.endNanos = now + question.life().toNanos();
    open.remove(question.key());
    open.put(question.key(), entry);
    return true;
  }

  private void notSent(K key, Open<A> entry, @Nullable Exception failure) {
    if (failure == null) {
      return;
    }
    synchronized (this) {
      entry.sent = false;
    }
    if (kind.endsWithQuestion()) {
      end(key, new Reply<>(null, Missing.NOT_SENT), false);
    }
  }
}
