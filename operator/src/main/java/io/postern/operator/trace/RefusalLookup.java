package io.postern.operator.trace;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.MessageRefused;
import io.postern.log.LogSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** Finds refusals in mail.refusals, which keeps a week's. */
public final class RefusalLookup {
  /** The newest records that a look-up returns. */
  public static final int MOST = 1_000;

  private static final Duration ANSWER = Duration.ofSeconds(10);

  private RefusalLookup() {}

  /** The records that match, each partition's in its order; at most the last {@value #MOST}. */
  public static List<MessageRefused> find(
      LogSettings kafka, Instant since, Predicate<MessageRefused> matches) throws TimeoutException {
    Deque<MessageRefused> found = new ArrayDeque<>();
    try (TopicScan scan = new TopicScan(kafka, ANSWER)) {
      scan.read(
          scan.partitions(Topics.MAIL_REFUSALS),
          since.toEpochMilli(),
          record -> {
            MessageRefused refused = parsed(record.value());
            if (matches.test(refused)) {
              if (found.size() == MOST) {
                found.removeFirst();
              }
              found.addLast(refused);
            }
          });
    }
    return List.copyOf(found);
  }

  private static MessageRefused parsed(byte[] value) {
    try {
      return MessageRefused.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("unreadable record in " + Topics.MAIL_REFUSALS, e);
    }
  }
}
