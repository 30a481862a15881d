package io.postern.log.reading;

import io.postern.log.LogSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A topic that is followed from the first question on, since most installations are never asked.
 * Records may come again from the start: the taker writes over what it keeps. Any thread; records
 * are taken on one of its own.
 */
public final class TopicOnDemand implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(TopicOnDemand.class);

  private final TopicFollower follower;
  private final CountDownLatch complete = new CountDownLatch(1);
  private boolean started; // guarded by this

  /** Keeps what it wants of a record; does not block. */
  public interface Taker {
    /**
     * @param record a value of null: the key's record was removed
     * @throws IOException it cannot be read: it is passed over, with a line in the log
     */
    void take(ConsumerRecord<String, byte @Nullable []> record) throws IOException;
  }

  public TopicOnDemand(LogSettings settings, String topic, Taker taker) {
    follower =
        new TopicFollower(
            settings,
            topic,
            new TopicFollower.View() {
              @Override
              public void begin() {
                // The taker writes over what it keeps.
              }

              @Override
              public void take(ConsumerRecord<String, byte @Nullable []> record) {
                try {
                  taker.take(record);
                } catch (IOException e) {
                  LOG.warnf(e, "%s offset %d cannot be read", topic, record.offset());
                }
              }

              @Override
              public void complete() {
                complete.countDown();
              }
            });
  }

  /** Begins to read, if nobody has asked before. Does not wait. */
  public synchronized void start() {
    if (!started) {
      started = true;
      follower.start();
    }
  }

  /**
   * Begins to read, if nobody has asked before, and waits for what was there then.
   *
   * @return false: it has not been read within this time
   */
  public boolean awaitRead(Duration patience) throws InterruptedException {
    start();
    return complete.await(patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public synchronized void close() {
    if (started) {
      follower.close();
    }
  }
}
