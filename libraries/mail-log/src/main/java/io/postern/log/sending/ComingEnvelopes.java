package io.postern.log.sending;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Producer;

/**
 * Messages whose content is durable and whose envelope is not with the producer yet. When there is
 * none, no envelope can join those that the producer holds back for company, and they are sent at
 * once: the linger ends by load, and its time is the bound. Any thread; nothing blocks.
 */
final class ComingEnvelopes {
  private final AtomicInteger coming = new AtomicInteger();
  private final AtomicBoolean flushing = new AtomicBoolean();

  /**
   * One message's part. The content's acknowledgement and the message's end may come in any order.
   */
  final class Place {
    private enum State {
      CONTENT,
      COMING,
      ENDED
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.CONTENT);

    /** The content is durable. The producer's thread. */
    void comes() {
      coming.incrementAndGet();
      if (!state.compareAndSet(State.CONTENT, State.COMING)) {
        coming.decrementAndGet();
      }
    }

    /**
     * The producer has the envelope, or none will come.
     *
     * @param producer of envelopes
     */
    void ends(Producer<?, ?> producer) {
      if (state.getAndSet(State.ENDED) == State.COMING && coming.decrementAndGet() == 0) {
        flush(producer);
      }
    }
  }

  Place place() {
    return new Place();
  }

  /** For tests. */
  int count() {
    return coming.get();
  }

  // A flush waits for every record that is on its way, also for one whose partition has no leader:
  // on a thread of its own, or a message would wait for another one's acknowledgement. While one is
  // in progress the producer holds nothing back, so one is enough.
  private void flush(Producer<?, ?> producer) {
    if (flushing.compareAndSet(false, true)) {
      Thread.ofVirtual()
          .name("flush-envelopes")
          .start(
              () -> {
                try {
                  producer.flush();
                } finally {
                  flushing.set(false);
                }
              });
    }
  }
}
