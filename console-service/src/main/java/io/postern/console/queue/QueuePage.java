package io.postern.console.queue;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.postern.console.store.ReadTo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Recipients in the queue, the oldest first.
 *
 * @param total of all pages; at most {@link #MOST_COUNTED}
 * @param next link to the next page; null: this is the last one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record QueuePage(
    List<Recipient> recipients, long total, @Nullable String next, ReadTo readTo) {
  /** Beyond it nobody counts, and the total is this. */
  static final long MOST_COUNTED = 1_000_000;

  /**
   * A recipient that waits or is held. Times are RFC 3339.
   *
   * @param recipient its index in the envelope, from 0
   * @param accepted when we took the message
   * @param since when it came into its state
   * @param next of a waiting one: the next attempt; of a held one: the end of the hold; null: not
   *     known
   * @param attempts so far
   * @param token of the last attempt
   * @param host of the last attempt
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Recipient(
      String queueId,
      int recipient,
      String from,
      String to,
      String organization,
      String state,
      String reason,
      String accepted,
      @Nullable String since,
      @Nullable String next,
      int attempts,
      String connector,
      String route,
      String token,
      String host) {}

  public QueuePage {
    recipients = List.copyOf(recipients);
  }
}
