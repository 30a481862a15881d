package io.postern.delivery.transaction;

import io.postern.contracts.Reasons;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why one host did not take the delivery.
 *
 * @param reason what stands after "/" in the token
 * @param stage where; null: before anyone was dialled
 * @param reply what the host said, if that was it
 * @param seen what is known of the connection
 */
record Failure(
    String reason,
    @Nullable Stage stage,
    io.postern.smtp.@Nullable Reply reply,
    String detail,
    Seen seen) {
  // From "nothing was reached" to "the host was seen and is not what was demanded".
  private static final List<String> TELLING =
      List.of(
          Reasons.DNS_FAILURE,
          Reasons.NO_MAIL_HOST,
          Reasons.CONNECT_FAILED,
          Reasons.TIMEOUT,
          Reasons.DISCONNECTED,
          Reasons.REMOTE_4XX,
          Reasons.REMOTE_5XX,
          Reasons.VERDICT_UNAVAILABLE,
          Reasons.NOT_OFFERED,
          Reasons.STARTTLS_REFUSED,
          Reasons.HANDSHAKE_FAILED);

  static Failure of(DialogueException e, Seen seen) {
    return new Failure(e.reason(), e.stage(), e.reply(), e.detail(), seen);
  }

  /** Nobody was reached; another delivery to the same destination would fare the same now. */
  boolean unreachable() {
    return stage == Stage.CONNECT
            && (reason.equals(Reasons.CONNECT_FAILED) || reason.equals(Reasons.TIMEOUT))
        || reason.equals(Reasons.DNS_FAILURE);
  }

  /** Among several hosts' failures the one that tells most; of equal ones the first. */
  static Failure mostTelling(List<Failure> failures) {
    Failure best = failures.getFirst();
    for (Failure failure : failures) {
      if (failure.rank() > best.rank()) {
        best = failure;
      }
    }
    return best;
  }

  // A refusal by the gate on what was seen tells most.
  private int rank() {
    int index = TELLING.indexOf(reason);
    return index < 0 ? TELLING.size() : index;
  }
}
