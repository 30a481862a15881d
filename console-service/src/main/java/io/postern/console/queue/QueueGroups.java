package io.postern.console.queue;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.postern.console.store.ReadTo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Recipients in the queue by one of their facts, the largest group first. */
public record QueueGroups(List<Group> groups, ReadTo readTo) {
  /**
   * @param name the fact; empty: it has none
   * @param oldest acceptance of the oldest one, RFC 3339
   * @param next the earliest attempt that is due, RFC 3339; null: none is known
   * @param states how its next hop is, as the delivery services see it; none: nobody tried lately
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Group(
      @JsonInclude String name,
      long recipients,
      long held,
      long messages,
      String oldest,
      @Nullable String next,
      List<HopState> states) {
    public Group {
      states = List.copyOf(states);
    }
  }

  /**
   * A next hop's state at one replica of delivery-service.
   *
   * @param state open, probing or dead
   * @param lastError the host's last words, to the mail of the reader's organizations; empty: none
   * @param at RFC 3339
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record HopState(String replica, String state, String lastError, String at) {}

  public QueueGroups {
    groups = List.copyOf(groups);
  }
}
