package io.postern.operator.trace;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.Owner;
import io.postern.contracts.QueueId;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.AttemptDue;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.MessageAccepted;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.operator.audit.rules.DecisionChain;
import io.postern.operator.audit.rules.OutcomeOwners;
import io.postern.operator.audit.rules.OutcomeOwners.Worth;
import io.postern.operator.audit.wire.DecisionRecord;
import io.postern.operator.trace.MailTrace.TracedDecision;
import io.postern.operator.trace.MailTrace.TracedOutcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reading of one message's home partition: of other messages' records only the marks and owners, by
 * which records count. One thread; each topic in its order.
 */
final class TraceReading {
  private final String queueId;
  private final long followMillis;
  private @Nullable DecisionChain chain;
  private final OutcomeOwners owners = new OutcomeOwners();
  private @Nullable MessageAccepted accepted;
  private final List<TracedDecision> decisions = new ArrayList<>();
  private final List<TimedRecord> records = new ArrayList<>();
  private final List<AttemptDue> due = new ArrayList<>();

  private record TimedRecord(long timestamp, TracedOutcome recorded) {}

  /**
   * @param followMillis the log's time before which only the chain's marks are learnt
   */
  TraceReading(QueueId queueId, long followMillis) {
    this.queueId = queueId.value();
    this.followMillis = followMillis;
  }

  void read(ConsumerRecord<String, byte[]> read) {
    boolean ours = queueId.equals(read.key());
    try {
      switch (read.topic()) {
        case Topics.MAIL_ACCEPTED -> {
          if (ours) {
            accepted = MessageAccepted.parseFrom(read.value());
          }
        }
        case Topics.MAIL_DUE -> {
          if (ours) {
            due.add(AttemptDue.parseFrom(read.value()));
          }
        }
        case Topics.MAIL_SCHEDULE_OUTCOMES -> {
          if (ours) {
            OutcomeRecorded own = OutcomeRecorded.parseFrom(read.value());
            List<Worth> counts = own.getRecipientsList().stream().map(r -> Worth.COUNTS).toList();
            records.add(new TimedRecord(read.timestamp(), new TracedOutcome(own, true, counts)));
          }
        }
        case Topics.MAIL_DELIVERIES -> decision(read, ours);
        default -> outcome(read, ours);
      }
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      if (ours) {
        throw new IllegalStateException(
            "unreadable record in "
                + read.topic()
                + "-"
                + read.partition()
                + " at "
                + read.offset(),
            e);
      }
    }
  }

  private void decision(ConsumerRecord<String, byte[]> read, boolean ours) {
    if (chain == null) {
      chain =
          read.offset() == 0
              ? DecisionChain.fromTheFirst()
              : DecisionChain.fromTheMiddle(followMillis);
    }
    try {
      DecisionChain.Link link =
          chain.read(DecisionRecord.parseFrom(read.value()), read.timestamp());
      if (ours) {
        decisions.add(new TracedDecision(Decision.parseFrom(read.value()), link));
      }
    } catch (InvalidProtocolBufferException | IllegalArgumentException unreadable) {
      // it is no Decision, for nobody
    }
  }

  private void outcome(ConsumerRecord<String, byte[]> read, boolean ours)
      throws InvalidProtocolBufferException {
    OutcomeRecorded outcome = OutcomeRecorded.parseFrom(read.value());
    Owner owner = Owner.of(outcome.getOwner());
    boolean copy =
        outcome.getRecipientsCount() > 0 && outcome.getRecipients(0).getKind() == OutcomeKind.MOVED;
    if (!copy) {
      owners.taken(owner);
    }
    if (ours) {
      List<Worth> worths = new ArrayList<>();
      for (RecipientOutcome recipient : outcome.getRecipientsList()) {
        worths.add(
            owners.of(
                owner,
                recipient.getKind(),
                outcome.getAttempt(),
                recipient.getRecipient(),
                outcome.getAfterStillOpen()));
      }
      records.add(new TimedRecord(read.timestamp(), new TracedOutcome(outcome, false, worths)));
    }
  }

  MailTrace trace() {
    // Two topics have outcomes, both by the log's clock.
    List<TracedOutcome> all =
        records.stream()
            .sorted(Comparator.comparingLong(TimedRecord::timestamp))
            .map(TimedRecord::recorded)
            .toList();
    return new MailTrace(accepted, List.copyOf(decisions), List.copyOf(due), all);
  }
}
