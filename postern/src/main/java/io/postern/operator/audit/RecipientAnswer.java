package io.postern.operator.audit;

import java.util.List;
import java.util.Set;

/**
 * Facts of the topics about one recipient, to be compared with its peer's mail.
 *
 * @param recipient index into the accepted envelope
 * @param dsn its message is one that was written here because of another one
 * @param places of a pending recipient; one where all is well
 * @param delivered in the order of the log
 * @param mayHaveBeenTaken an attempt was deferred although the next hop may have taken the message
 * @param stillOpen an attempt was handed to the watch
 */
public record RecipientAnswer(
    String queueId,
    int recipient,
    String organization,
    boolean dsn,
    RecipientState state,
    Set<Place> places,
    List<DeliveredOutcome> delivered,
    boolean mayHaveBeenTaken,
    boolean stillOpen) {
  public RecipientAnswer {
    places = Set.copyOf(places);
    delivered = List.copyOf(delivered);
  }
}
