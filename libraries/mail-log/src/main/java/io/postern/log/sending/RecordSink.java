package io.postern.log.sending;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Takes the records that a service writes of its own accord, such as states and counts, and waits
 * for none of them. One that is lost stops no mail, and a later one repairs it or it is counted
 * (docs/decisions/0003). Any thread; never blocks.
 */
@FunctionalInterface
public interface RecordSink {
  /**
   * @param value null: the key's record is removed
   * @return completes when the record is written, or with the reason why not: too many are queued,
   *     the service stops, or Kafka does not take it
   */
  CompletionStage<Void> send(String topic, String key, byte @Nullable [] value);

  /** Sends, and calls {@code lost} if the record is not written. */
  default void send(String topic, String key, byte @Nullable [] value, Runnable lost) {
    send(topic, key, value)
        .whenComplete(
            (_, failure) -> {
              if (failure != null) {
                lost.run();
              }
            });
  }

  /** The same for one user, who takes the places of no other: at most so many are queued. */
  default RecordSink atMost(int most) {
    AtomicInteger queued = new AtomicInteger();
    return (topic, key, value) ->
        (queued.incrementAndGet() <= most
                ? send(topic, key, value)
                : CompletableFuture.<Void>failedStage(
                    new IllegalStateException("too many records are queued")))
            .whenComplete((_, _) -> queued.decrementAndGet());
  }
}
