package io.postern.log.reading;

import io.postern.log.OccasionalLog;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The life of a reader of the log: one thread, and on it one Kafka consumer after another, until it
 * is closed. The {@link Reader} reads and uses the records.
 *
 * <p><b>Owner:</b> the thread has the consumer; any thread may call the methods.
 *
 * <p><b>Failure:</b> whatever goes wrong, making a client included, ends the consumer and not the
 * thread: a line in the log now and then, a pause of half a second, and a new consumer, for ever.
 * Only an {@link Error} ends the thread, see {@link #fallen}.
 *
 * <p><b>Bounds:</b> a member of a group closes within 2 s, another consumer at once, the thread
 * ends within 10 s of {@link #close} and is interrupted then. A long turn makes the end long.
 */
public final class ConsumerThread implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ConsumerThread.class);
  private static final Duration PAUSE = Duration.ofMillis(500);
  // A member tells its group that it leaves. Kafka's clients wait long for a log that is away.
  private static final Duration LEAVE = Duration.ofSeconds(2);
  private static final Duration END = Duration.ofSeconds(10);

  /** Of the process: whoever hands a reader on need not hand its end on. */
  private static final Set<ConsumerThread> FALLEN = ConcurrentHashMap.newKeySet();

  /** Use of one consumer after another. All of it runs on the thread. */
  @FunctionalInterface
  public interface Reader {
    /** Assigns or subscribes the consumer, which is new. The session's turns follow. */
    Session begin(KafkaConsumer<String, byte[]> consumer) throws Exception;

    /** A consumer or its session has failed and is closed. */
    default void failed(Exception why) {}

    /** The thread ends. */
    default void ended() {}
  }

  /** Use of one consumer. */
  @FunctionalInterface
  public interface Session extends AutoCloseable {
    /**
     * Polls, and uses the records. WakeupException when {@link ConsumerThread#close} is called
     * meanwhile.
     */
    void turn() throws Exception;

    /** Before the consumer is closed. */
    @Override
    default void close() {}
  }

  private final Callable<KafkaConsumer<String, byte[]>> consumers;
  private final String trouble;
  private final OccasionalLog log;
  private final Reader reader;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable KafkaConsumer<String, byte[]> consumer;
  private volatile long lastTurn = System.nanoTime();

  /**
   * @param name of the thread
   * @param trouble the log's line when something went wrong, such as "the directory cannot be read"
   */
  public ConsumerThread(
      String name,
      Callable<KafkaConsumer<String, byte[]>> consumers,
      String trouble,
      OccasionalLog log,
      Reader reader) {
    this.consumers = consumers;
    this.trouble = trouble;
    this.log = log;
    this.reader = reader;
    this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
  }

  /** Begins to read, once. Does not wait. */
  public void start() {
    thread.start();
  }

  /** Stops the caller for so long, or until this is closed. */
  public void pause(Duration pause) throws InterruptedException {
    var unused = closing.await(pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Reads no more: {@link #close} was called, or the thread interrupted. */
  public boolean closed() {
    return closing.getCount() == 0;
  }

  /** False when an error has ended the thread, until it is closed. A log that is away is none. */
  public boolean alive() {
    return !FALLEN.contains(this);
  }

  /**
   * The threads of this process that an error has ended, by name, until they are closed: only a
   * restart brings them back.
   */
  public static List<String> fallen() {
    return FALLEN.stream().map(fallen -> fallen.thread.getName()).sorted().toList();
  }

  /** Since the last turn ended; before the first one since this was made. */
  public Duration sinceTurn() {
    return Duration.ofNanos(System.nanoTime() - lastTurn);
  }

  /** Waits until the thread has ended, 10 s at most. */
  @Override
  public void close() {
    closing.countDown();
    FALLEN.remove(this);
    KafkaConsumer<String, byte[]> reading = consumer;
    if (reading != null) {
      reading.wakeup();
    }
    try {
      if (thread.getState() != Thread.State.NEW && !thread.join(END)) {
        LOG.warnf("%s did not end within %s", thread.getName(), END);
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!closed()) {
        readOn();
      }
    } catch (InterruptedException e) {
      closing.countDown();
    } catch (Error e) {
      FALLEN.add(this);
      if (closed()) {
        FALLEN.remove(this);
      }
      LOG.errorf(e, "%s, permanently: its thread has ended", trouble);
      throw e;
    } finally {
      reader.ended();
    }
  }

  private void readOn() throws InterruptedException {
    try {
      session();
    } catch (WakeupException e) {
      // close() was called
    } catch (InterruptException e) {
      throw new InterruptedException();
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      if (!closed()) {
        log.failed(trouble + ", trying again", e);
      }
      reader.failed(e);
      var unused = closing.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void session() throws Exception {
    KafkaConsumer<String, byte[]> fresh = consumers.call();
    consumer = fresh;
    // A close that fails must not hide why the session ended.
    try (AutoCloseable closing = () -> close(fresh);
        Session session = reader.begin(fresh)) {
      while (!closed()) {
        session.turn();
        lastTurn = System.nanoTime();
      }
    }
  }

  private void close(KafkaConsumer<String, byte[]> used) {
    consumer = null; // no wake-up from now on
    // Whoever is in no group would wait for the answer to the last fetch, up to its own wait.
    boolean member = !used.subscription().isEmpty();
    used.close(CloseOptions.timeout(member ? LEAVE : Duration.ZERO));
  }
}
