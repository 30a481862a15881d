package io.postern.log.rules;

import io.postern.contracts.Owner;
import io.postern.contracts.v1.OutcomeKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An outcome on its way into the log. Owner: the ledger's thread.
 *
 * @param <P> the caller's form of an outcome
 */
public final class OutgoingOutcome<P> {
  static final long NO_DECISION = -1;

  final long decision;
  final String queueId;
  final int attempt;
  final List<RecipientState> recipients;
  final @Nullable Handover<P> handover;
  private final boolean stillOpen;
  private final P payload;
  private Owner owner = Owner.NOBODY;

  private OutgoingOutcome(
      long decision,
      String queueId,
      int attempt,
      List<RecipientState> recipients,
      @Nullable Handover<P> handover,
      boolean stillOpen,
      P payload) {
    this.decision = decision;
    this.queueId = queueId;
    this.attempt = attempt;
    this.recipients = List.copyOf(recipients);
    this.handover = handover;
    this.stillOpen = stillOpen;
    this.payload = payload;
  }

  /** Ends recipients of the Decision at this offset of {@code mail.deliveries}. */
  public static <P> OutgoingOutcome<P> end(
      long decision, String queueId, int attempt, List<RecipientState> recipients, P payload) {
    return new OutgoingOutcome<>(decision, queueId, attempt, recipients, null, false, payload);
  }

  /** Hands recipients of that Decision over to the watch. */
  public static <P> OutgoingOutcome<P> stillOpen(
      long decision,
      String queueId,
      int attempt,
      List<Integer> recipients,
      Handover<P> handover,
      P payload) {
    List<RecipientState> states = RecipientState.all(recipients, OutcomeKind.STILL_OPEN);
    return new OutgoingOutcome<>(decision, queueId, attempt, states, handover, true, payload);
  }

  /** Ends recipients that were handed over. */
  public static <P> OutgoingOutcome<P> following(
      Handover<P> handover,
      String queueId,
      int attempt,
      List<RecipientState> recipients,
      P payload) {
    return new OutgoingOutcome<>(
        NO_DECISION, queueId, attempt, recipients, handover, false, payload);
  }

  public P payload() {
    return payload;
  }

  /** The owner that it names, once it is to be sent. */
  public Owner owner() {
    return owner;
  }

  void owner(Owner writer) {
    owner = writer;
  }

  public boolean isStillOpen() {
    return stillOpen;
  }

  /** It says that it follows a "still open", which was sent. */
  public boolean afterStillOpen() {
    return handover != null && !stillOpen;
  }

  boolean anyDelivered() {
    return recipients.stream().anyMatch(r -> r.kind() == OutcomeKind.DELIVERED);
  }

  AttemptKey key(RecipientState state) {
    return new AttemptKey(new MessageAttempt(queueId, attempt), state.recipient());
  }
}
