package io.postern.api.signin;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Places of the attempts to sign in that wait or are looked at: some of one lane, and more of all
 * strangers' lanes. A lane is a network, or a network and the user who has signed in from there,
 * whom strangers cannot crowd out. Any thread; nobody waits here.
 */
public final class Places {
  private final int ofALane;
  private final int ofStrangers;
  private final Map<String, Integer> lanes = new ConcurrentHashMap<>();
  private final AtomicInteger strangers = new AtomicInteger();

  public Places(int ofALane, int ofStrangers) {
    this.ofALane = ofALane;
    this.ofStrangers = ofStrangers;
  }

  /**
   * Whoever has taken a place gives it back.
   *
   * @return false: there is none; try again later
   */
  public boolean take(String lane, boolean known) {
    if (!known && strangers.incrementAndGet() > ofStrangers) {
      strangers.decrementAndGet();
      return false;
    }
    boolean[] taken = {false};
    lanes.compute(
        lane,
        (name, count) -> {
          int before = count == null ? 0 : count;
          taken[0] = before < ofALane;
          return taken[0] ? before + 1 : count;
        });
    if (!taken[0] && !known) {
      strangers.decrementAndGet();
    }
    return taken[0];
  }

  public void giveBack(String lane, boolean known) {
    lanes.computeIfPresent(lane, (name, count) -> count == 1 ? null : Integer.valueOf(count - 1));
    if (!known) {
      strangers.decrementAndGet();
    }
  }
}
