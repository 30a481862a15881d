package io.postern.delivery.position;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.QueueId;
import io.postern.contracts.v1.Decision;
import io.postern.contracts.v1.DecisionSource;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.RecipientOutcome;
import io.postern.log.rules.AttemptKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** The reading of {@code mail.deliveries}: its Decisions, and records that are none. Pure. */
final class Decisions {
  private Decisions() {}

  /**
   * @param decision as far as it can be read
   * @param fault why none of its deliveries is done, for people; null: it has none
   */
  record CheckedDecision(Decision decision, @Nullable String fault) {
    /** The chain goes on behind it. */
    boolean chained() {
      return decision.getSource() == DecisionSource.SOURCE_ACCEPTED
          || decision.getSource() == DecisionSource.SOURCE_DUE;
    }

    /** Its outcomes can be placed: they go to the queue id's partition. */
    boolean placed() {
      return !decision.getQueueId().isEmpty();
    }
  }

  static CheckedDecision parse(ConsumerRecord<String, byte[]> record) {
    try {
      Decision decision = Decision.parseFrom(record.value() == null ? new byte[0] : record.value());
      return check(decision, record.partition());
    } catch (InvalidProtocolBufferException e) {
      Decision known =
          e.getUnfinishedMessage() instanceof Decision some ? some : Decision.getDefaultInstance();
      String queueId = isHome(known.getQueueId(), record.partition()) ? known.getQueueId() : "";
      return new CheckedDecision(
          ofOneMessage(known.toBuilder().setQueueId(queueId).build()), "its bytes cannot be read");
    }
  }

  private static CheckedDecision check(Decision decision, int partition) {
    boolean known =
        decision.getSource() == DecisionSource.SOURCE_ACCEPTED
            || decision.getSource() == DecisionSource.SOURCE_DUE;
    if (!known) {
      return new CheckedDecision(decision, "its source is unknown to this version");
    }
    boolean nothing = decision.getDeliveriesCount() == 0 && decision.getOutcomesCount() == 0;
    if (decision.getQueueId().isEmpty() && nothing) {
      return new CheckedDecision(
          decision, null); // its source named none: the decider's log has said so
    }
    // An outcome that goes to another partition, or to none, would fail every send.
    if (!isHome(decision.getQueueId(), partition)) {
      return new CheckedDecision(
          decision.toBuilder().clearQueueId().build(),
          "its queue id is invalid, or of another partition");
    }
    Decision own = ofOneMessage(decision);
    return new CheckedDecision(own, own.equals(decision) ? null : "it refers to several messages");
  }

  private static Decision ofOneMessage(Decision decision) {
    String queueId = decision.getQueueId();
    if (decision.getDeliveriesList().stream().allMatch(d -> d.getQueueId().equals(queueId))
        && decision.getOutcomesList().stream().allMatch(o -> o.getQueueId().equals(queueId))) {
      return decision;
    }
    return decision.toBuilder()
        .clearDeliveries()
        .addAllDeliveries(
            decision.getDeliveriesList().stream()
                .filter(d -> d.getQueueId().equals(queueId))
                .toList())
        .clearOutcomes()
        .addAllOutcomes(
            decision.getOutcomesList().stream()
                .filter(o -> o.getQueueId().equals(queueId))
                .toList())
        .build();
  }

  /** Of all deliveries and outcomes; an outcome without any has {@link AttemptKey#NO_RECIPIENT}. */
  static List<Integer> recipients(Decision decision) {
    List<Integer> all = new ArrayList<>();
    for (DeliveryRequested delivery : decision.getDeliveriesList()) {
      all.addAll(delivery.getRecipientsList());
    }
    for (OutcomeRecorded outcome : decision.getOutcomesList()) {
      if (outcome.getRecipientsCount() == 0) {
        all.add(AttemptKey.NO_RECIPIENT);
      }
      outcome.getRecipientsList().forEach(r -> all.add(r.getRecipient()));
    }
    return all;
  }

  /** The delivery to those of its recipients that are open; null: none is. */
  static @Nullable DeliveryRequested narrowed(DeliveryRequested request, Set<Integer> open) {
    if (open.containsAll(request.getRecipientsList())) {
      return request.getRecipientsCount() == 0 ? null : request;
    }
    DeliveryRequested.Builder some = request.toBuilder().clearRecipients();
    Envelope.Builder envelope = request.getEnvelope().toBuilder().clearRecipients();
    for (int i = 0; i < request.getRecipientsCount(); i++) {
      if (open.contains(request.getRecipients(i))) {
        some.addRecipients(request.getRecipients(i));
        if (i < request.getEnvelope().getRecipientsCount()) { // else the delivery fails, in sight
          envelope.addRecipients(request.getEnvelope().getRecipients(i));
        }
      }
    }
    return some.getRecipientsCount() == 0 ? null : some.setEnvelope(envelope).build();
  }

  /** The outcome for those of its recipients that are open; null: none is. */
  static OutcomeRecorded.@Nullable Builder narrowed(OutcomeRecorded outcome, Set<Integer> open) {
    if (outcome.getRecipientsCount() == 0) {
      return open.contains(AttemptKey.NO_RECIPIENT) ? outcome.toBuilder() : null;
    }
    List<RecipientOutcome> some =
        outcome.getRecipientsList().stream().filter(r -> open.contains(r.getRecipient())).toList();
    return some.isEmpty() ? null : outcome.toBuilder().clearRecipients().addAllRecipients(some);
  }

  private static boolean isHome(String queueId, int partition) {
    try {
      return QueueId.parse(queueId).partition() == partition;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
