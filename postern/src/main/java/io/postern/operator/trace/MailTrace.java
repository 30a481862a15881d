package io.postern.operator.trace;

import io.postern.contracts.OutcomeConnections;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.log.LogSettings;
import io.postern.log.reading.TopicScan;
import io.postern.log.rules.RecipientFold;
import io.postern.operator.audit.rules.DecisionChain;
import io.postern.operator.audit.rules.OutcomeOwners.Worth;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * One message's way, as the topics have it: its acceptance, its Decisions, the outcomes of each
 * recipient. There is no other bookkeeping.
 *
 * @param accepted null while the log has no such message
 * @param decisions in the log's order, those that count for nothing included
 * @param due attempts that the scheduler asked for
 * @param records of delivery and of the scheduler, by the log's time
 */
public record MailTrace(
    @Nullable MessageAccepted accepted,
    List<TracedDecision> decisions,
    List<AttemptDue> due,
    List<TracedOutcome> records) {

  // The queue id's clock is ingress', the topics' timestamps are the broker's.
  private static final long CLOCK_SKEW_MILLIS = 60_000;

  // Before the message: the marks of the chain of Decisions, and the owner of the partition.
  private static final long LEARN_MILLIS = 120_000;

  private static final Duration ANSWER = Duration.ofSeconds(60);

  /** A Decision, and whether it counts. */
  public record TracedDecision(Decision decision, DecisionChain.Link link) {}

  /**
   * An outcome, or a state that the scheduler wrote itself.
   *
   * @param worth of each recipient's part, in their order
   */
  public record TracedOutcome(OutcomeRecorded outcome, boolean byScheduler, List<Worth> worth) {}

  /** Reads the home partition of the message from shortly before the time in its queue id on. */
  public static MailTrace read(LogSettings kafka, QueueId queueId) throws TimeoutException {
    long follow = queueId.createdMillis() - CLOCK_SKEW_MILLIS;
    TraceReading reading = new TraceReading(queueId, follow);
    List<TopicPartition> home =
        Stream.of(
                Topics.MAIL_ACCEPTED,
                Topics.MAIL_DELIVERIES,
                Topics.MAIL_DUE,
                Topics.MAIL_OUTCOMES,
                Topics.MAIL_SCHEDULE_OUTCOMES)
            .map(topic -> new TopicPartition(topic, queueId.partition()))
            .toList();
    try (TopicScan scan = new TopicScan(kafka, ANSWER)) {
      scan.read(home, follow - LEARN_MILLIS, reading::read);
    }
    return reading.trace();
  }

  /**
   * Reads until each recipient has an outcome, or the time is over: then the trace has the records
   * until then.
   */
  public static MailTrace await(LogSettings kafka, QueueId queueId, Duration limit)
      throws TimeoutException, InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      MailTrace trace = read(kafka, queueId);
      if (trace.settled() || System.nanoTime() > end) {
        return trace;
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  /** The accepted message; an {@link IllegalStateException} where the log has none. */
  public MessageAccepted message() {
    if (accepted == null) {
      throw new IllegalStateException("no such message in Kafka");
    }
    return accepted;
  }

  /** Deliveries of the Decisions that count, in the log's order. */
  public List<DeliveryRequested> deliveries() {
    return decisions.stream()
        .filter(d -> d.link() == DecisionChain.Link.COUNTS)
        .flatMap(d -> d.decision().getDeliveriesList().stream())
        .toList();
  }

  /** Outcomes that count for somebody, the scheduler's own included, by the log's time. */
  public List<OutcomeRecorded> outcomes() {
    return records.stream()
        .filter(r -> r.worth().stream().anyMatch(w -> w != Worth.NOTHING))
        .map(TracedOutcome::outcome)
        .toList();
  }

  /** True if each recipient has at least one outcome that counts. */
  public boolean settled() {
    MessageAccepted message = accepted;
    if (message == null) {
      return false;
    }
    Set<Integer> seen = new HashSet<>();
    for (TracedOutcome recorded : records) {
      for (int i = 0; i < recorded.worth().size(); i++) {
        RecipientOutcome recipient = recorded.outcome().getRecipients(i);
        if (recorded.worth().get(i) != Worth.NOTHING
            && RecipientFold.isState(recipient.getKind())) {
          seen.add(recipient.getRecipient());
        }
      }
    }
    return seen.size() == message.getEnvelope().getRecipientsCount();
  }

  /** The last outcome of each recipient that counts, by address. */
  public Map<String, LastOutcome> lastOutcomes() {
    Map<String, LastOutcome> last = new TreeMap<>();
    MessageAccepted message = accepted;
    if (message != null) {
      folds()
          .forEach(
              (recipient, fold) -> {
                RecipientFold.State<LastOutcome> state = fold.state();
                if (state != null) {
                  last.put(
                      message.getEnvelope().getRecipients(recipient).getAddress(), state.facts());
                }
              });
    }
    return last;
  }

  /** Whether the scheduler's word has annulled a failure. */
  boolean annulled(OutcomeRecorded outcome, RecipientOutcome recipient) {
    RecipientFold<LastOutcome> fold = folds().get(recipient.getRecipient());
    return recipient.getKind() == OutcomeKind.FAILED
        && fold != null
        && fold.annuls(outcome.getAttempt());
  }

  private Map<Integer, RecipientFold<LastOutcome>> folds() {
    Map<Integer, RecipientFold<LastOutcome>> folds = new TreeMap<>();
    for (AttemptDue asked : due) {
      for (int recipient : asked.getRecipientsList()) {
        folds.computeIfAbsent(recipient, r -> new RecipientFold<>()).askedFor(asked.getAttempt());
      }
    }
    for (TracedOutcome recorded : records) {
      OutcomeRecorded outcome = recorded.outcome();
      for (int i = 0; i < recorded.worth().size(); i++) {
        RecipientOutcome recipient = outcome.getRecipients(i);
        if (recorded.worth().get(i) == Worth.NOTHING) {
          continue;
        }
        RecipientFold<LastOutcome> fold =
            folds.computeIfAbsent(recipient.getRecipient(), r -> new RecipientFold<>());
        LastOutcome last = new LastOutcome(OutcomeConnections.of(outcome, recipient), recipient);
        if (recorded.byScheduler()) {
          fold.own(recipient.getKind(), outcome.getAttempt(), last);
        } else {
          fold.outcome(recipient.getKind(), outcome.getAttempt(), last);
        }
      }
    }
    return folds;
  }

  /**
   * A recipient's state and the record that says so.
   *
   * @param outcome as of the connection by which the recipient was settled
   */
  public record LastOutcome(OutcomeRecorded outcome, RecipientOutcome recipient) {
    /**
     * "delivered domain-validation:domain-validation", "deferred certificate-validation/revoked".
     */
    public String text() {
      return recipient.getKind().name().toLowerCase(java.util.Locale.ROOT)
          + (outcome.getToken().isEmpty() ? " " + recipient.getReason() : " " + outcome.getToken());
    }
  }
}
