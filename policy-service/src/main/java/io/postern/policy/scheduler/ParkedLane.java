package io.postern.policy.scheduler;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * When the parked mail of one kind goes on: a probe a group, and all at the pace of its window once
 * a host answers. Only memory: a new owner of the partition finds the groups by walking over the
 * index, and probes each.
 *
 * <p>Bounded: so many groups have a window; the others have a probe for each time that the walk
 * comes to them. So many probes go in half a minute, a quarter of them for the walk while there are
 * such groups. Owner: the partition's task.
 */
final class ParkedLane {
  static final long PERIOD = Duration.ofSeconds(30).toMillis();
  private static final long PASS = RouteWindow.LONGEST_PAUSE;
  private static final int STEPS = 50; // of a walk, at a time
  private static final Comparator<RouteWindow> BY_TIME =
      Comparator.<RouteWindow>comparingLong(window -> window.wake)
          .thenComparing(window -> window.group);

  private final ParkedIndex index;
  private final boolean notices;
  private final int most;
  private final int probes;
  private final NavigableMap<ParkedGroup, RouteWindow> windows = new TreeMap<>();
  private final TreeSet<RouteWindow> probing = new TreeSet<>(BY_TIME);
  private final TreeSet<RouteWindow> flowing = new TreeSet<>(BY_TIME);
  private int left; // probes in this period
  private long period; // its beginning

  // Of a new owner nothing has a window.
  private boolean others = true; // there may be groups without one
  private boolean met; // the walk under way, or the next one, cannot say that all have one
  private @Nullable ParkedGroup walked; // up to there
  private long nextWalk;

  /**
   * @param most groups with a window
   * @param probes in half a minute
   */
  ParkedLane(ParkedIndex index, boolean notices, int most, int probes) {
    this.index = index;
    this.notices = notices;
    this.most = most;
    this.probes = probes;
  }

  /** A message of the group came to rest. */
  void rests(ParkedGroup group, long now) {
    RouteWindow window = windows.get(group);
    if (window == null) {
      if (begin(group, now + RouteWindow.FIRST_PAUSE) == null) {
        leftToTheWalk();
      }
    } else if (!window.probes()) {
      look(window, now);
    } else if (window.empty) {
      window.empty = false;
      look(window, now + window.pause());
    }
  }

  /** The attempt of a message that was taken has ended; see {@link RouteWindow}. */
  void ended(ParkedGroup group, RouteSign sign, long now) {
    boolean reached = sign != RouteSign.REFUSED;
    RouteWindow window = windows.get(group);
    if (window == null) {
      if (reached && makeRoom()) {
        begin(group, now);
      }
      return;
    }
    remove(window);
    boolean probed = window.probes();
    if (sign == RouteSign.ANSWERED_LATE) {
      window.answered();
      window.wake = now;
    } else if (reached) {
      window.reached(now);
      window.wake = now;
    } else {
      window.refused(now);
    }
    add(window);
    if (probed && sign == RouteSign.ANSWERED) {
      siblings(group, now);
    }
  }

  // Others' mail for the route may be taken as well.
  private void siblings(ParkedGroup group, long now) {
    List<RouteWindow> same =
        windows
            .subMap(
                new ParkedGroup(notices, group.route(), "", ""),
                true,
                new ParkedGroup(notices, group.route(), "\uffff", ""),
                true)
            .values()
            .stream()
            .filter(window -> window.probes() && window.isIdle() && window.wake > now)
            .toList();
    same.forEach(window -> look(window, now));
  }

  /** The messages that go now, at most so many. The caller opens them all. */
  List<ParkedIndex.Head> take(long now, int atMost) {
    if (now - period >= PERIOD) {
      period = now;
      left = probes;
    }
    List<ParkedIndex.Head> taken = new ArrayList<>();
    while (taken.size() < atMost && !flowing.isEmpty() && flowing.first().wake <= now) {
      flow(flowing.first(), now, atMost, taken);
      if (taken.size() == atMost) {
        return taken;
      }
    }
    int forTheWalk = others ? Math.max(1, probes / 4) : 0;
    while (taken.size() < atMost
        && left > forTheWalk
        && !probing.isEmpty()
        && probing.first().wake <= now) {
      probe(probing.first(), now, taken);
    }
    walk(now, atMost, taken);
    return taken;
  }

  private void flow(RouteWindow window, long now, int atMost, List<ParkedIndex.Head> taken) {
    boolean first = true; // those that were taken are in the index until the caller opens them
    while (window.hasRoom(now)) {
      if (taken.size() == atMost) {
        look(window, now + 1); // behind the others
        return;
      }
      ParkedIndex.Head head = head(window, first);
      first = false;
      if (head == null) {
        if (window.isIdle()) {
          end(window);
        } else {
          look(window, now + RouteWindow.LOST);
        }
        return;
      }
      if (head.waits(now)) {
        look(window, head.notBefore());
        return;
      }
      take(window, head, now, taken);
    }
    look(window, now + RouteWindow.LOST);
  }

  private void probe(RouteWindow window, long now, List<ParkedIndex.Head> taken) {
    ParkedIndex.Head head = head(window, true);
    if (head == null) {
      if (window.empty) {
        end(window);
      } else { // its mail may be back soon, and the pause goes on
        window.empty = true;
        look(window, now + RouteWindow.LONGEST_PAUSE);
      }
    } else if (head.waits(now)) {
      look(window, head.notBefore());
    } else {
      left--;
      window.empty = false;
      take(window, head, now, taken);
      look(window, now + RouteWindow.LOST);
    }
  }

  private static void take(
      RouteWindow window, ParkedIndex.Head head, long now, List<ParkedIndex.Head> taken) {
    window.cursor = head.last();
    window.released(now);
    taken.add(head);
  }

  /**
   * @param fromTheBeginning if there is none behind the last one
   */
  private ParkedIndex.@Nullable Head head(RouteWindow window, boolean fromTheBeginning) {
    Bytes cursor = window.cursor;
    ParkedIndex.Head head = index.head(window.group, cursor);
    if (head == null && cursor != null && fromTheBeginning) {
      window.cursor = null;
      head = index.head(window.group, null);
    }
    return head;
  }

  private void walk(long now, int atMost, List<ParkedIndex.Head> taken) {
    if (!others || now < nextWalk) {
      return;
    }
    for (int step = 0; step < STEPS && left > 0 && taken.size() < atMost; step++) {
      walked = index.after(notices, walked);
      if (walked == null) {
        nextWalk = now + PASS;
        others = met;
        met = false;
        return;
      }
      if (windows.containsKey(walked)) {
        continue;
      }
      RouteWindow window = begin(walked, now);
      if (window != null) {
        probe(window, now, taken);
        continue;
      }
      met = true;
      ParkedIndex.Head head = index.head(walked, null);
      if (head != null && !head.waits(now)) {
        left--;
        taken.add(head);
      }
    }
  }

  // Of those that probe, the one that will for the longest time not.
  private boolean makeRoom() {
    if (windows.size() >= most && !probing.isEmpty()) {
      end(probing.last());
      leftToTheWalk();
    }
    return windows.size() < most;
  }

  // A walk that is under way may be past it: it must not end with the opinion that all have one.
  private void leftToTheWalk() {
    others = true;
    met = true;
  }

  private @Nullable RouteWindow begin(ParkedGroup group, long wake) {
    if (windows.size() >= most) {
      return null;
    }
    RouteWindow window = new RouteWindow(group);
    window.wake = wake;
    windows.put(group, window);
    add(window);
    return window;
  }

  private void end(RouteWindow window) {
    remove(window);
    windows.remove(window.group);
  }

  private void look(RouteWindow window, long at) {
    remove(window);
    window.wake = at;
    add(window);
  }

  private void remove(RouteWindow window) {
    probing.remove(window);
    flowing.remove(window);
  }

  private void add(RouteWindow window) {
    (window.probes() ? probing : flowing).add(window);
  }

  /** When something may go at the earliest; {@link Entries#NEVER}: nothing rests. */
  long next() {
    long flows = flowing.isEmpty() ? Entries.NEVER : flowing.first().wake;
    long probe = probing.isEmpty() ? Entries.NEVER : probing.first().wake;
    if (others) {
      probe = Math.min(probe, nextWalk);
    }
    if (probe != Entries.NEVER && left == 0) {
      probe = Math.max(probe, period + PERIOD);
    }
    return Math.min(flows, probe);
  }

  /** Groups with a window. */
  int groups() {
    return windows.size();
  }
}
