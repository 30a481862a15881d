package io.postern.operator.trace;

import com.google.protobuf.InvalidProtocolBufferException;
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
import io.postern.operator.audit.wire.DecisionFields;
import io.postern.operator.audit.wire.OutcomeFields;
import io.postern.operator.trace.MailTrace.Decided;
import io.postern.operator.trace.MailTrace.Recorded;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * What one message's trace takes from its home partition: of other messages' records only what
 * tells which ones count. One thread; each topic in its order.
 */
final class TraceReading {
  private final String queueId;
  private final long followMillis;
  private @Nullable DecisionChain chain;
  private final OutcomeOwners owners = new OutcomeOwners();
  private final DecisionFields decisionFields = new DecisionFields();
  private final OutcomeFields outcomeFields = new OutcomeFields();
  private @Nullable MessageAccepted accepted;
  private final List<Decided> decisions = new ArrayList<>();
  private final List<Timed> records = new ArrayList<>();
  private final List<AttemptDue> due = new ArrayList<>();

  private record Timed(long timestamp, Recorded recorded) {}

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
            records.add(new Timed(read.timestamp(), new Recorded(own, true, counts)));
          }
        }
        case Topics.MAIL_DELIVERIES -> decision(read, ours);
        default -> outcome(read, ours);
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(
          "unreadable record in " + read.topic() + "-" + read.partition() + " at " + read.offset(),
          e);
    }
  }

  private void decision(ConsumerRecord<String, byte[]> read, boolean ours)
      throws InvalidProtocolBufferException {
    if (chain == null) {
      chain =
          read.offset() == 0
              ? DecisionChain.fromTheFirst()
              : DecisionChain.fromTheMiddle(followMillis);
    }
    DecisionChain.Link link;
    try {
      decisionFields.read(ByteBuffer.wrap(read.value()));
      link =
          chain.read(
              decisionFields.source,
              decisionFields.sourceOffset,
              decisionFields.previous,
              read.timestamp());
    } catch (IOException | IllegalArgumentException unreadable) {
      return; // it is no Decision, for nobody
    }
    if (ours) {
      decisions.add(new Decided(Decision.parseFrom(read.value()), link));
    }
  }

  private void outcome(ConsumerRecord<String, byte[]> read, boolean ours)
      throws InvalidProtocolBufferException {
    if (ours) {
      OutcomeRecorded outcome = OutcomeRecorded.parseFrom(read.value());
      List<Worth> worths = new ArrayList<>();
      for (RecipientOutcome recipient : outcome.getRecipientsList()) {
        worths.add(
            owners.of(
                outcome.getOwner().getEra(),
                outcome.getOwner().getGeneration(),
                outcome.getOwner().getTake(),
                recipient.getKind(),
                outcome.getAttempt(),
                recipient.getRecipient(),
                outcome.getAfterStillOpen()));
      }
      if (worths.isEmpty()) {
        owners.taken(
            outcome.getOwner().getEra(),
            outcome.getOwner().getGeneration(),
            outcome.getOwner().getTake());
      }
      records.add(new Timed(read.timestamp(), new Recorded(outcome, false, worths)));
      return;
    }
    try {
      outcomeFields.read(ByteBuffer.wrap(read.value()));
    } catch (IOException unreadable) {
      return; // another message's
    }
    boolean copy =
        outcomeFields.kinds.size() > 0 && outcomeFields.kinds.get(0) == OutcomeKind.MOVED_VALUE;
    if (!copy) {
      owners.taken(outcomeFields.era, outcomeFields.generation, outcomeFields.take);
    }
  }

  MailTrace trace() {
    // Two topics have outcomes, both by the log's clock.
    List<Recorded> all =
        records.stream()
            .sorted(Comparator.comparingLong(Timed::timestamp))
            .map(Timed::recorded)
            .toList();
    return new MailTrace(accepted, List.copyOf(decisions), List.copyOf(due), all);
  }
}
