package io.postern.operator.trace;

import io.postern.contracts.Topics;
import io.postern.contracts.v1.MessageRefused;
import io.postern.log.LogSettings;
import io.postern.log.reading.TopicScan;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Look-up of refusals in mail.refusals, which keeps a week's. */
public final class RefusalLookup {
  /** The newest records that a look-up returns. */
  public static final int MOST = 1_000;

  private static final Duration ANSWER = Duration.ofSeconds(10);

  // A count stands behind the first, which is of the same minute.
  private static final Comparator<MessageRefused> BY_TIME =
      Comparator.comparingLong(
          refused -> Math.max(refused.getAtMillis(), refused.getUntilMillis()));

  private RefusalLookup() {}

  /** The records that match, by their time; at most the newest {@value #MOST}. */
  public static List<MessageRefused> find(
      LogSettings kafka, Instant since, Predicate<MessageRefused> matches) throws TimeoutException {
    PriorityQueue<MessageRefused> found = new PriorityQueue<>(BY_TIME);
    read(
        kafka,
        since,
        refused -> {
          if (matches.test(refused)) {
            found.add(refused);
            if (found.size() > MOST) {
              var unused = found.poll();
            }
          }
        });
    return found.stream().sorted(BY_TIME).toList();
  }

  /** Gives every record since then. */
  public static void read(LogSettings kafka, Instant since, Consumer<MessageRefused> each)
      throws TimeoutException {
    try (TopicScan scan = new TopicScan(kafka, ANSWER)) {
      scan.read(
          scan.partitions(Topics.MAIL_REFUSALS),
          since.toEpochMilli(),
          record -> each.accept(TopicScan.parsed(record, MessageRefused.parser())));
    }
  }
}
