package io.postern.console.fold;

import io.postern.console.store.DayBounds;
import io.postern.console.store.Days;
import io.postern.console.store.Positions;
import io.postern.contracts.Topics;
import io.postern.log.OccasionalLog;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The fold of the log's records into the read model: {@link #read} takes records, {@link #commit}
 * writes their rows, the state of the rules and the positions in one transaction. Whoever begins
 * again with {@link #begin} goes on as if nothing had happened, and ends with the same rows.
 *
 * <p>Owner: one thread, which has the connection. Bounds of a transaction: {@link #full}.
 */
public final class Fold {
  /**
   * Number of what this version writes for the records. A version that writes more, or other
   * values, has a higher one: where its fold follows a lower one, that left its columns empty, the
   * read model is built again
   * (docs/decisions/0103-two-versions-of-the-console-share-its-tables.md).
   */
  static final int NUMBER = 2;

  private static final int MOST_RECORDS = 5_000;
  private static final int MOST_CHANGES = 20_000;
  private static final long MOST_BYTES = 8L << 20;

  private static final Set<String> MAIL =
      Set.of(
          Topics.MAIL_ACCEPTED,
          Topics.MAIL_DELIVERIES,
          Topics.MAIL_OUTCOMES,
          Topics.MAIL_SCHEDULE_OUTCOMES,
          Topics.MAIL_DUE,
          Topics.MAIL_NOTICES,
          Topics.MAIL_CONTROLS,
          Topics.SCHEDULE);

  /** All that is folded. */
  public static final List<String> TOPICS =
      List.of(
          Topics.MAIL_ACCEPTED,
          Topics.MAIL_DELIVERIES,
          Topics.MAIL_OUTCOMES,
          Topics.MAIL_SCHEDULE_OUTCOMES,
          Topics.MAIL_DUE,
          Topics.MAIL_NOTICES,
          Topics.MAIL_CONTROLS,
          Topics.SCHEDULE,
          Topics.MAIL_REFUSALS,
          Topics.MAIL_ROUTES,
          Topics.DIRECTORY,
          Topics.DIRECTORY_AUDIT,
          Topics.CERTIFICATE_VERDICTS,
          Topics.CERTIFICATE_PRESENTED,
          Topics.CERTIFICATE_ANCHORS);

  private static final Positions.Key DIRECTORY = new Positions.Key(Topics.DIRECTORY, 0);

  private final Connection connection;
  private final Days days;
  private final InstantSource clock;
  private final long mostADay;
  private final int number;
  private final Positions positions = new Positions();
  private final RuleStates rules = new RuleStates();
  private final MailRecords mail;
  private final OtherRecords other;
  private final DayBounds bounds = new DayBounds();
  private final Map<String, Integer> partitions = new HashMap<>();
  private final OccasionalLog log = new OccasionalLog(Fold.class);
  private long directoryEnd = -1; // until which its topic is read again; -1: it is read
  private int records;
  private long bytes;

  /**
   * @param connection of the writer
   * @param mostADay refusals of one organization, verdicts, and clients' chains that are kept of a
   *     day
   */
  public Fold(Connection connection, int retentionDays, long mostADay, InstantSource clock) {
    this(connection, retentionDays, mostADay, clock, NUMBER);
  }

  /**
   * @param number {@link #NUMBER}, or in tests that of another version
   */
  Fold(Connection connection, int retentionDays, long mostADay, InstantSource clock, int number) {
    this.number = number;
    this.connection = connection;
    this.days = new Days(retentionDays);
    this.mostADay = mostADay;
    this.clock = clock;
    mail = new MailRecords(rules, this::keeps);
    other = new OtherRecords(this::keeps, bounds);
  }

  /** Reads where the last one stopped. Ends the transaction. */
  public void begin() throws SQLException {
    positions.load(connection);
    rules.load(connection);
    days.load(connection);
    LastFold.follow(connection, number);
    keepDays();
  }

  /** Makes tomorrow's partitions and drops old ones. Ends the transaction. */
  public void keepDays() throws SQLException {
    days.keep(connection, clock.millis());
  }

  public Positions positions() {
    return positions;
  }

  public Days days() {
    return days;
  }

  /** A topic's partitions, between which its bounds are shared. Before the first record of it. */
  public void partitions(String topic, int number) {
    partitions.put(topic, number);
  }

  /** Records of this partition are lost before the next one that is read. */
  public void lost(Positions.Key key, long first, long behind) throws SQLException {
    positions.gap(connection, key, first, behind, clock.millis());
    positions.moveTo(key, behind);
    if (key.topic().equals(Topics.MAIL_DELIVERIES)) {
      rules.of(key.partition()).learn();
    }
  }

  /**
   * The directory's topic is read from its beginning: Kafka forgets after a day that the marker of
   * a removed object was taken away. Its rows stay as they are until its end, and are then what was
   * read.
   *
   * @param end that it has now
   */
  public void beginDirectory(long end) throws SQLException {
    other.beginDirectory(connection);
    directoryEnd = end;
  }

  /** Takes a record: the next one of its partition. */
  public void read(ConsumerRecord<String, byte @Nullable []> record) throws SQLException {
    Positions.Key key = new Positions.Key(record.topic(), record.partition());
    try {
      if (MAIL.contains(record.topic())) {
        mail.read(record);
      } else {
        other.read(connection, record, most(record.topic()));
      }
    } catch (MailRecords.OldMessageException e) {
      // beyond the retention: nobody finds it
    } catch (IOException // no message of protobuf
        | IllegalArgumentException
        | IndexOutOfBoundsException e) {
      positions.unreadable(key);
      log.warn(
          "A record does not belong to its topic and is skipped: %s-%d at %d"
              .formatted(record.topic(), record.partition(), record.offset()),
          e);
    }
    positions.read(key, record.offset(), record.timestamp());
    records++;
    bytes += record.serializedValueSize() + record.serializedKeySize();
  }

  /** Enough for one transaction. */
  public boolean full() {
    return records >= MOST_RECORDS || bytes >= MOST_BYTES || mail.changes() >= MOST_CHANGES;
  }

  /** Records that were read since the last commit. */
  public int records() {
    return records;
  }

  /** Writes all that was read. After an exception: {@link #rollback}, or another connection. */
  public void commit() throws SQLException {
    mail.write(connection);
    other.write(connection);
    Long read = positions.next(DIRECTORY);
    if (directoryEnd >= 0 && read != null && read >= directoryEnd) {
      other.endDirectory(connection);
      directoryEnd = -1;
    }
    rules.write(connection);
    positions.write(connection);
    connection.commit();
    records = 0;
    bytes = 0;
  }

  /** Forgets all that was not committed, and begins again. */
  public void rollback() throws SQLException {
    mail.forget();
    other.forget();
    directoryEnd = -1;
    records = 0;
    bytes = 0;
    connection.rollback();
    begin();
  }

  /** For a rebuild: all rules and positions are forgotten. In the caller's transaction. */
  void forget() throws SQLException {
    rules.forget(connection);
    positions.forget(connection);
    bounds.forget();
  }

  private long most(String topic) {
    return Math.max(1, mostADay / partitions.getOrDefault(topic, 1));
  }

  private boolean keeps(int day) throws SQLException {
    if (!days.keeps(day, clock.millis())) {
      return false;
    }
    days.need(connection, day);
    return true;
  }
}
