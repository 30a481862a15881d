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
          Reasons.PRIVATE_ADDRESS,
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

  /** Before any recipient was named: another delivery to the destination would fare the same. */
  boolean unreached() {
    return reason.equals(Reasons.DNS_FAILURE) || stage != null && stage.compareTo(Stage.MAIL) <= 0;
  }

  /** The host is there, and did not do: no TLS with it, or the session broke in a transaction. */
  boolean strained() {
    return reason.equals(Reasons.HANDSHAKE_FAILED)
        || reason.equals(Reasons.STARTTLS_REFUSED)
        || stage != null && stage.compareTo(Stage.MAIL) > 0;
  }

  /** For people, with the host where one was dialled. */
  String shown() {
    return seen.host().isEmpty()
        ? reason + ": " + detail
        : reason + " at " + seen.host() + " [" + seen.address() + "]: " + detail;
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
