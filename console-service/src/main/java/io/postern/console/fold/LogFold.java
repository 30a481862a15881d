package io.postern.console.fold;

import io.postern.console.ConsoleSettings;
import io.postern.console.store.WriterConnection;
import io.postern.log.LogSettings;
import io.postern.log.OccasionalLog;
import io.postern.log.TrustedClock;
import io.postern.log.reading.ConsumerThread;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The reader of all folded topics, which writes the read model while it has the writer's lock;
 * other replicas wait for it. A database or a log that is away ends the session, and the next one
 * begins half a second later, for ever: it goes on at the positions in the database.
 *
 * <p>Owner: a thread of its own has the consumer and the writer's connection; any thread asks the
 * state. Memory: a fetch of 8 MiB, and a transaction's rows ({@link Fold}).
 */
public final class LogFold implements AutoCloseable {
  /** The database's address and user. */
  public record Link(String url, String user, String password) {}

  private static final int FETCH_BYTES = 8 << 20;
  // Even shares of the topics' partitions, so that a message's records come in one transaction.
  private static final int PARTITION_BYTES = 256 << 10;
  private static final Duration METADATA_AGE = Duration.ofSeconds(30);
  private static final int POLL_RECORDS = 2_000;
  // Few full fetches instead of one at each append: a transaction takes as long to begin. More than
  // a partition's share would hold up the backlog of a partition that is read by itself.
  private static final int FETCH_MIN_BYTES = PARTITION_BYTES;
  private static final Duration FETCH_WAIT = Duration.ofMillis(400);
  private static final Duration SILENCE = Duration.ofSeconds(30);

  private final Link link;
  private final ConsoleSettings settings;
  private final BooleanSupplier migrated;
  private final ConsumerThread thread;
  private @Nullable Connection connection; // of the next session; the thread's
  final AtomicLong folded = new AtomicLong();
  private volatile boolean writing;
  private volatile boolean connected;
  private volatile long lag = -1;
  private volatile long unreadable;

  /**
   * @param migrated makes or changes the tables where that is needed; false: the database is away
   */
  public LogFold(LogSettings log, Link link, ConsoleSettings settings, BooleanSupplier migrated) {
    this.link = link;
    this.settings = settings;
    this.migrated = migrated;
    this.thread =
        new ConsumerThread(
            "console-fold",
            () -> consumer(log),
            "the read model cannot be written",
            new OccasionalLog(LogFold.class),
            new ConsumerThread.Reader() {
              @Override
              public ConsumerThread.Session begin(KafkaConsumer<String, byte[]> consumer)
                  throws Exception {
                return session(consumer);
              }

              @Override
              public void failed(Exception why) {
                connected = false;
                writing = false;
              }
            });
  }

  static Properties properties(LogSettings log) {
    Properties properties = log.reader(true);
    properties.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, FETCH_MIN_BYTES);
    properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, (int) FETCH_WAIT.toMillis());
    properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
    properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, PARTITION_BYTES);
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLL_RECORDS);
    // After so long, partitions that were added to a topic are read.
    properties.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, (int) METADATA_AGE.toMillis());
    return properties;
  }

  /** Begins to read, once; the topics exist. Does not wait. */
  public void start() {
    thread.start();
  }

  /** The database first: without it a client of Kafka would be made and closed at each try. */
  private KafkaConsumer<String, byte[]> consumer(LogSettings log) throws SQLException {
    if (!migrated.getAsBoolean()) {
      throw new SQLException("the database is unavailable");
    }
    Connection opened = WriterConnection.open(link.url(), link.user(), link.password());
    try {
      KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(properties(log));
      connection = opened;
      return consumer;
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private ConsumerThread.Session session(KafkaConsumer<String, byte[]> consumer)
      throws SQLException {
    Connection opened = Objects.requireNonNull(connection);
    try {
      Fold fold =
          new Fold(
              opened, settings.retentionDays(), settings.mostADay(), TrustedClock.ofTheMachine());
      return new FoldSession(this, consumer, opened, fold);
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /** A session's state, at each of its turns. */
  void seen(boolean writes, long lagRecords, long unreadableRecords) {
    connected = true;
    writing = writes;
    lag = lagRecords;
    unreadable = unreadableRecords;
  }

  /** Database and log answer: this replica writes, or waits for the lock. */
  public boolean ready() {
    return connected && thread.sinceTurn().compareTo(SILENCE) < 0;
  }

  public boolean writing() {
    return writing;
  }

  /** Records that the log has and the read model has not; -1: not known here. */
  public long lag() {
    return writing ? lag : -1;
  }

  /** Records that were left out, since they are none of their topic. */
  public long unreadable() {
    return unreadable;
  }

  /** Records that this replica folded since its start. */
  public long folded() {
    return folded.get();
  }

  @Override
  public void close() {
    thread.close();
  }
}
