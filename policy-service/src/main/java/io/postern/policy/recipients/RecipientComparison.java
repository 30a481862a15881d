package io.postern.policy.recipients;

import io.postern.contracts.RecipientKeys;
import io.postern.contracts.v1.RecipientShard;
import io.postern.rules.recipients.RecipientList;
import io.postern.rules.recipients.RecipientList.Difference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The difference between a domain's list in force and a file. Immutable.
 *
 * @param before the list's id and size; "" and 0: there is none
 * @param routed addresses of the list in force that name a route
 * @param complete the list is as its last change wanted it
 * @param shards those that differ, as they are to be
 */
public record RecipientComparison(
    String before,
    int size,
    int routed,
    boolean complete,
    List<RecipientShard> shards,
    Difference difference) {
  // Of a small list a few addresses are many per cent.
  private static final int ALWAYS = 20;
  private static final int PERCENT = 100;

  /**
   * @param list of the domain, whoever made it
   */
  public static RecipientComparison of(Optional<RecipientList> list, RecipientFile file) {
    Difference all = Difference.NONE;
    List<RecipientShard> changed = new ArrayList<>();
    RecipientList before = list.orElse(RecipientList.EMPTY);
    for (int i = 0; i < RecipientKeys.SHARDS; i++) {
      RecipientShard shard = file.shard(i);
      Difference difference = before.difference(shard);
      if (!difference.none()) {
        changed.add(shard);
        all = all.plus(difference);
      }
    }
    return new RecipientComparison(
        before.state().getListId(),
        before.size(),
        before.routed(),
        before.state().getComplete(),
        List.copyOf(changed),
        all);
  }

  /** The list in force is as the file says. */
  public boolean same() {
    return complete && shards.isEmpty();
  }

  /**
   * More addresses would go than an administrator expects: a truncated export, say.
   *
   * @param percent of the list in force that may go
   */
  public boolean removesMoreThan(int percent) {
    return isMore(difference.removed(), size, percent);
  }

  /**
   * More addresses would lose their route: an export without its column of routes, say, by which
   * mail for mailboxes elsewhere would come here.
   *
   * @param percent that may go, of the addresses in force that name a route
   */
  public boolean unroutesMoreThan(int percent) {
    return isMore(difference.unrouted(), routed, percent);
  }

  private static boolean isMore(int some, int all, int percent) {
    return some > ALWAYS && some > (long) all * percent / PERCENT;
  }
}
