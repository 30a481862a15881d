package io.postern.delivery.attempt;

import io.postern.contracts.Reasons;
import io.postern.delivery.route.SessionKey;
import io.postern.delivery.route.Target;
import io.postern.delivery.session.DialogueException;
import io.postern.delivery.session.SessionOpener;
import io.postern.delivery.session.Stage;
import io.postern.smtp.Reply;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The failure of a delivery, or of its try with one host.
 *
 * @param reason as it stands after "/" in the token
 * @param stage of the dialogue, if that ended it
 * @param reply the host's, if that was it
 * @param detail a sentence for the administrator
 */
public record Failure(
    String reason,
    @Nullable Stage stage,
    @Nullable Reply reply,
    String detail,
    ConnectionReport connection) {
  // From "nothing was reached" to "the host is there and does not meet the demand".
  private static final List<String> TELLING =
      List.of(
          Reasons.LOOP,
          Reasons.DNS_FAILURE,
          Reasons.DANE_DNS_FAILURE,
          Reasons.NO_MAIL_HOST,
          Reasons.PRIVATE_ADDRESS,
          Reasons.NEXT_HOP_NOT_APPROVED,
          Reasons.SOURCE_ADDRESS_UNAVAILABLE,
          Reasons.CONNECT_FAILED,
          Reasons.TIMEOUT,
          Reasons.DISCONNECTED,
          Reasons.REMOTE_4XX,
          Reasons.REMOTE_5XX,
          Reasons.VERDICT_UNAVAILABLE,
          Reasons.NOT_OFFERED,
          Reasons.STARTTLS_REFUSED,
          Reasons.HANDSHAKE_FAILED);

  /** Of a host, after no dialogue that ended. */
  public Failure(String reason, String detail, ConnectionReport connection) {
    this(reason, null, null, detail, connection);
  }

  /** Before any host was dialled, or of no host. */
  public Failure(String reason, String detail) {
    this(reason, detail, ConnectionReport.NONE);
  }

  public Failure(DialogueException e, ConnectionReport connection) {
    this(e.reason(), e.stage(), e.reply(), e.detail(), connection);
  }

  /**
   * Of an address with which no session was opened.
   *
   * @param why DialogueException or SourceAddressException
   */
  public static Failure of(SessionKey key, Exception why) {
    ConnectionReport dialled = ConnectionReport.dialled(key);
    return why instanceof DialogueException ended
        ? new Failure(ended, dialled)
        : new Failure(
            Reasons.SOURCE_ADDRESS_UNAVAILABLE, String.valueOf(why.getMessage()), dialled);
  }

  /** Of an address whose host offers TLS with which none succeeded. */
  public static Failure of(SessionKey key, SessionOpener.Opening.NoTls noTls) {
    return new Failure(
        key.demand().plaintextReason(noTls.why()), noTls.detail(), ConnectionReport.dialled(key));
  }

  /** Before any recipient was named: another delivery to the destination would fare the same. */
  boolean unreached() {
    return reason.equals(Reasons.DNS_FAILURE)
        || reason.equals(Reasons.DANE_DNS_FAILURE)
        || reason.equals(Reasons.DNSSEC_INVALID)
        || stage != null && stage.compareTo(Stage.MAIL) <= 0;
  }

  /** The host is there and failed: no TLS with it, or the session broke in a transaction. */
  boolean strained() {
    return reason.equals(Reasons.HANDSHAKE_FAILED)
        || reason.equals(Reasons.DANE_STARTTLS_NOT_SUPPORTED)
        || reason.equals(Reasons.MTA_STS_STARTTLS_NOT_SUPPORTED)
        || reason.equals(Reasons.STARTTLS_REFUSED)
        || stage != null && stage.compareTo(Stage.MAIL) > 0;
  }

  /** For people, with the host where one was dialled. */
  String shown() {
    Target target = connection.target();
    return target == null
        ? reason + ": " + detail
        : reason + " at " + target.host() + " [" + target.shown() + "]: " + detail;
  }

  /** Among several hosts' failures the most telling one; of equal ones the first. */
  static Failure mostTelling(List<Failure> failures) {
    Failure best = failures.getFirst();
    for (Failure failure : failures) {
      if (failure.rank() > best.rank()) {
        best = failure;
      }
    }
    return best;
  }

  // A refusal by the gate, which has seen the host, says most.
  private int rank() {
    int index = TELLING.indexOf(reason);
    return index < 0 ? TELLING.size() : index;
  }
}
