package io.postern.operator.trace;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Owner;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.log.rules.RecipientFold;
import io.postern.operator.audit.rules.OutcomeOwners;
import io.postern.operator.audit.rules.OutcomeOwners.Worth;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Counter of the topics' records for {@link MailCounts}. One thread; each partition in its order.
 */
final class MailCounter {
  private long messages;
  private long recipients;
  private long refused;
  private final Map<String, RecipientFold<OutcomeKind>> states = new HashMap<>();
  private final Map<Integer, OutcomeOwners> owners = new HashMap<>();

  // A recipient's number, where the owners need it for "still open".
  private final Map<String, Long> numbers = new HashMap<>();

  void read(ConsumerRecord<String, byte[]> read) {
    try {
      switch (read.topic()) {
        case Topics.MAIL_ACCEPTED -> {
          messages++;
          recipients += MessageAccepted.parseFrom(read.value()).getEnvelope().getRecipientsCount();
        }
        case Topics.MAIL_REFUSALS ->
            refused += Math.max(1, MessageRefused.parseFrom(read.value()).getCount());
        case Topics.MAIL_DUE -> due(AttemptDue.parseFrom(read.value()));
        case Topics.MAIL_SCHEDULE_OUTCOMES -> own(OutcomeRecorded.parseFrom(read.value()));
        default -> outcome(OutcomeRecorded.parseFrom(read.value()), read.partition());
      }
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      throw new IllegalStateException(
          "unreadable record in " + read.topic() + "-" + read.partition() + " at " + read.offset(),
          e);
    }
  }

  private void due(AttemptDue due) {
    due.getRecipientsList()
        .forEach(recipient -> state(due.getQueueId(), recipient).askedFor(due.getAttempt()));
  }

  private void own(OutcomeRecorded outcome) {
    for (RecipientOutcome recipient : outcome.getRecipientsList()) {
      state(outcome.getQueueId(), recipient.getRecipient())
          .own(recipient.getKind(), outcome.getAttempt(), recipient.getKind());
    }
  }

  private void outcome(OutcomeRecorded outcome, int partition) {
    Owner owner = Owner.of(outcome.getOwner());
    OutcomeOwners ofIt = owners.computeIfAbsent(partition, p -> new OutcomeOwners());
    if (outcome.getPartitionTaken() || outcome.getRecipientsCount() == 0) {
      ofIt.taken(owner);
      return;
    }
    for (RecipientOutcome recipient : outcome.getRecipientsList()) {
      boolean asked = recipient.getKind() == OutcomeKind.STILL_OPEN || outcome.getAfterStillOpen();
      Worth worth =
          ofIt.of(
              owner,
              recipient.getKind(),
              outcome.getAttempt(),
              asked ? number(outcome, recipient) : OutcomeOwners.NOBODY,
              outcome.getAfterStillOpen());
      if (worth != Worth.NOTHING) {
        state(outcome.getQueueId(), recipient.getRecipient())
            .outcome(recipient.getKind(), outcome.getAttempt(), recipient.getKind());
      }
    }
  }

  private long number(OutcomeRecorded outcome, RecipientOutcome recipient) {
    return numbers.computeIfAbsent(
        outcome.getQueueId() + "#" + recipient.getRecipient(), id -> (long) numbers.size());
  }

  private RecipientFold<OutcomeKind> state(String queueId, int recipient) {
    return states.computeIfAbsent(queueId + "#" + recipient, id -> new RecipientFold<>());
  }

  MailCounts counts() {
    Map<OutcomeKind, Long> counts = new HashMap<>();
    for (RecipientFold<OutcomeKind> fold : states.values()) {
      RecipientFold.State<OutcomeKind> state = fold.state();
      if (state != null) {
        counts.merge(state.kind(), 1L, Long::sum);
      }
    }
    return new MailCounts(
        messages,
        recipients,
        counts.getOrDefault(OutcomeKind.DELIVERED, 0L),
        counts.getOrDefault(OutcomeKind.FAILED, 0L)
            + counts.getOrDefault(OutcomeKind.EXPIRED_OUTCOME, 0L),
        counts.getOrDefault(OutcomeKind.CANCELLED, 0L),
        counts.getOrDefault(OutcomeKind.HELD, 0L),
        counts.getOrDefault(OutcomeKind.DEFERRED, 0L),
        refused);
  }
}
