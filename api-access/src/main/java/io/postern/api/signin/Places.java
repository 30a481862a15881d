package io.postern.api.signin;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The attempts to sign in that wait or are looked at: four of one lane, and 64 of all strangers'
 * lanes. A lane is a network, or a network and the user who has signed in from there, whom
 * strangers cannot crowd out. Any thread; nobody waits here.
 */
final class Places {
  private static final int OF_A_LANE = 4;
  private static final int OF_STRANGERS = 64;

  private final Map<String, Integer> lanes = new ConcurrentHashMap<>();
  private final AtomicInteger strangers = new AtomicInteger();

  /**
   * @return false: there is none; try again later
   */
  boolean take(String lane, boolean known) {
    if (!known && strangers.incrementAndGet() > OF_STRANGERS) {
      strangers.decrementAndGet();
      return false;
    }
    boolean[] taken = {false};
    lanes.compute(
        lane,
        (name, count) -> {
          int before = count == null ? 0 : count;
          taken[0] = before < OF_A_LANE;
          return taken[0] ? before + 1 : count;
        });
    if (!taken[0] && !known) {
      strangers.decrementAndGet();
    }
    return taken[0];
  }

  void giveBack(String lane, boolean known) {
    lanes.computeIfPresent(lane, (name, count) -> count == 1 ? null : Integer.valueOf(count - 1));
    if (!known) {
      strangers.decrementAndGet();
    }
  }
}
