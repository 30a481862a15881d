package io.postern.stack.trace;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.TopicPartition;

/**
 * How many recipients are in which state, counted from the topics.
 *
 * @param messages accepted
 * @param recipients of them
 * @param delivered recipients whose next hop has taken the mail
 * @param failed recipients that failed for good, expired included
 * @param cancelled by an administrator
 * @param held waiting for an administrator; part of pending
 * @param deferred with an attempt behind them and none that is final; part of pending
 * @param refused commands that ingress refused
 */
public record MailCounts(
    long messages,
    long recipients,
    long delivered,
    long failed,
    long cancelled,
    long held,
    long deferred,
    long refused) {
  private static final Duration ANSWER = Duration.ofSeconds(10);

  public long pending() {
    return recipients - delivered - failed - cancelled;
  }

  /** Counts everything the topics still have. Memory: about 100 bytes a recipient. */
  public static MailCounts read(String bootstrap) throws TimeoutException {
    long[] messages = new long[3];
    Map<String, OutcomeKind> last = new HashMap<>();
    try (TopicScan scan = new TopicScan(bootstrap, ANSWER)) {
      List<TopicPartition> partitions = new ArrayList<>(scan.partitions(Topics.MAIL_ACCEPTED));
      partitions.addAll(scan.partitions(Topics.MAIL_OUTCOMES));
      partitions.addAll(scan.partitions(Topics.MAIL_REFUSALS));
      scan.read(
          partitions,
          0,
          read -> {
            try {
              switch (read.topic()) {
                case Topics.MAIL_ACCEPTED -> {
                  messages[0]++;
                  messages[1] +=
                      MessageAccepted.parseFrom(read.value()).getEnvelope().getRecipientsCount();
                }
                case Topics.MAIL_REFUSALS -> messages[2]++;
                default -> fold(OutcomeRecorded.parseFrom(read.value()), last);
              }
            } catch (InvalidProtocolBufferException e) {
              throw new IllegalStateException(
                  "unreadable record in "
                      + read.topic()
                      + "-"
                      + read.partition()
                      + " at "
                      + read.offset(),
                  e);
            }
          });
    }
    Map<OutcomeKind, Long> counts = new HashMap<>();
    last.values().forEach(kind -> counts.merge(kind, 1L, Long::sum));
    return new MailCounts(
        messages[0],
        messages[1],
        counts.getOrDefault(OutcomeKind.DELIVERED, 0L),
        counts.getOrDefault(OutcomeKind.FAILED, 0L)
            + counts.getOrDefault(OutcomeKind.EXPIRED_OUTCOME, 0L),
        counts.getOrDefault(OutcomeKind.CANCELLED, 0L),
        counts.getOrDefault(OutcomeKind.HELD, 0L),
        counts.getOrDefault(OutcomeKind.DEFERRED, 0L),
        messages[2]);
  }

  // Log-mechanics §6: delivered wins over everything, then what is final, then the latest.
  private static void fold(OutcomeRecorded outcome, Map<String, OutcomeKind> last) {
    outcome
        .getRecipientsList()
        .forEach(
            recipient ->
                last.merge(
                    outcome.getQueueId() + "#" + recipient.getRecipient(),
                    recipient.getKind(),
                    (before, now) -> rank(before) > rank(now) ? before : now));
  }

  private static int rank(OutcomeKind kind) {
    return switch (kind) {
      case DELIVERED -> 2;
      case FAILED, EXPIRED_OUTCOME, CANCELLED -> 1;
      default -> 0;
    };
  }
}
