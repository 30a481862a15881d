package io.postern.stack.trace;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * One message's way, as the topics have it: what was accepted, which deliveries were asked for,
 * what became of each recipient. There is no other bookkeeping to ask.
 *
 * @param accepted null while the log has no such message
 * @param deliveries in the order in which they were asked for
 * @param outcomes in the order in which they were recorded
 */
public record MailTrace(
    @Nullable MessageAccepted accepted,
    List<DeliveryRequested> deliveries,
    List<OutcomeRecorded> outcomes) {

  // The queue id's clock is ingress', the topics' timestamps are the broker's.
  private static final long CLOCK_SKEW_MILLIS = 60_000;

  private static final Duration ANSWER = Duration.ofSeconds(60);

  /** Reads the home partition of the message from the time in its queue id on. */
  public static MailTrace read(String bootstrap, QueueId queueId) throws TimeoutException {
    MessageAccepted[] accepted = new MessageAccepted[1];
    List<DeliveryRequested> deliveries = new ArrayList<>();
    List<OutcomeRecorded> outcomes = new ArrayList<>();
    List<TopicPartition> home =
        List.of(
            new TopicPartition(Topics.MAIL_ACCEPTED, queueId.partition()),
            new TopicPartition(Topics.MAIL_DELIVERIES, queueId.partition()),
            new TopicPartition(Topics.MAIL_OUTCOMES, queueId.partition()));
    try (TopicScan scan = new TopicScan(bootstrap, ANSWER)) {
      scan.read(
          home,
          queueId.createdMillis() - CLOCK_SKEW_MILLIS,
          read -> {
            if (!queueId.value().equals(read.key())) {
              return;
            }
            try {
              switch (read.topic()) {
                case Topics.MAIL_ACCEPTED -> accepted[0] = MessageAccepted.parseFrom(read.value());
                case Topics.MAIL_DELIVERIES ->
                    deliveries.add(DeliveryRequested.parseFrom(read.value()));
                default -> outcomes.add(OutcomeRecorded.parseFrom(read.value()));
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
    return new MailTrace(accepted[0], List.copyOf(deliveries), List.copyOf(outcomes));
  }

  /**
   * Reads until each recipient has an outcome, or the time is over: then the trace is what there
   * was.
   */
  public static MailTrace await(String bootstrap, QueueId queueId, Duration limit)
      throws TimeoutException, InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      MailTrace trace = read(bootstrap, queueId);
      if (trace.settled() || System.nanoTime() > end) {
        return trace;
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  /** The accepted message; an {@link IllegalStateException} where the log has none. */
  public MessageAccepted message() {
    if (accepted == null) {
      throw new IllegalStateException("the log has no such message");
    }
    return accepted;
  }

  /** True if each recipient has at least one outcome. */
  public boolean settled() {
    MessageAccepted message = accepted;
    if (message == null) {
      return false;
    }
    Set<Integer> seen = new HashSet<>();
    outcomes.stream()
        .flatMap(outcome -> outcome.getRecipientsList().stream())
        .filter(recipient -> isState(recipient.getKind()))
        .forEach(recipient -> seen.add(recipient.getRecipient()));
    return seen.size() == message.getEnvelope().getRecipientsCount();
  }

  /** The last outcome of each recipient, by address. */
  public Map<String, Last> lastOutcomes() {
    Map<String, Last> last = new TreeMap<>();
    MessageAccepted message = accepted;
    if (message != null) {
      for (OutcomeRecorded outcome : outcomes) {
        for (RecipientOutcome recipient : outcome.getRecipientsList()) {
          if (isState(recipient.getKind())) {
            last.put(
                message.getEnvelope().getRecipients(recipient.getRecipient()).getAddress(),
                new Last(outcome, recipient));
          }
        }
      }
    }
    return last;
  }

  // An answer to an administrator, or where a copy of the content is, changes nobody's state.
  private static boolean isState(OutcomeKind kind) {
    return kind != OutcomeKind.OUTCOME_KIND_UNSPECIFIED && kind != OutcomeKind.MOVED;
  }

  /** The delivery that an outcome belongs to, if one was asked for. */
  public Optional<DeliveryRequested> delivery(OutcomeRecorded outcome) {
    return deliveries.stream()
        .filter(d -> d.getDeliveryId().equals(outcome.getDeliveryId()))
        .findFirst();
  }

  /** A recipient's state and the record that says so. */
  public record Last(OutcomeRecorded outcome, RecipientOutcome recipient) {
    /**
     * "delivered domain-validation:domain-validation", "deferred certificate-validation/revoked".
     */
    public String text() {
      return recipient.getKind().name().toLowerCase(java.util.Locale.ROOT)
          + (outcome.getToken().isEmpty() ? " " + recipient.getReason() : " " + outcome.getToken());
    }
  }
}
