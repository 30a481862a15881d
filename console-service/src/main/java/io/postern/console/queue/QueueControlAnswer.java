package io.postern.console.queue;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.postern.console.store.ReadTo;
import java.util.List;

/**
 * The count of a dry run, or the requests that were published to the log.
 *
 * @param dryRun nothing was asked for
 * @param recipients found, in a dry run at most {@link QueuePage#MOST_COUNTED}
 * @param messages of these
 * @param left further recipients that the filter finds, beyond the bound of one call: the same
 *     again takes them
 * @param controlIds the scheduler answers each in the message's life; the first hundred
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record QueueControlAnswer(
    boolean dryRun,
    @JsonInclude long recipients,
    @JsonInclude long messages,
    long left,
    List<String> controlIds,
    ReadTo readTo) {
  public QueueControlAnswer {
    controlIds = List.copyOf(controlIds);
  }
}
