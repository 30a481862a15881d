package io.postern.policy.scheduler;

import java.util.ArrayList;
import java.util.List;

/**
 * The parked mail of one partition: recipients that were handed back for a time that is far ahead,
 * since their route is dead or slow. They rest in the schedule, without a time, until their route
 * is up, and no record is written about them meanwhile but those of probes (docs/design/
 * destinations.md, "Parked mail"). Expiry, delay notice and controls act on them as on all that
 * waits, since they are entries like the others.
 *
 * <p>Strangers choose the routes of mail with a null reverse-path: it has a lane of its own, with a
 * fifth of windows and probes and a quarter of what goes at once. Owner: the partition's task.
 */
class ParkedMail {
  private static final int GROUPS = 2_000;
  private static final int PROBES = 12;
  private static final int GROUPS_OF_NOTICES = 500;
  private static final int PROBES_OF_NOTICES = 3;

  private final ParkedLane mail;
  private final ParkedLane notices;

  ParkedMail(ParkedIndex index) {
    mail = new ParkedLane(index, false, GROUPS, PROBES);
    notices = new ParkedLane(index, true, GROUPS_OF_NOTICES, PROBES_OF_NOTICES);
  }

  private ParkedLane lane(ParkedGroup group) {
    return group.notices() ? notices : mail;
  }

  /** See {@link ParkedLane#rests}. */
  void rests(ParkedGroup group, long now) {
    lane(group).rests(group, now);
  }

  /** See {@link ParkedLane#ended}. */
  void ended(ParkedGroup group, RouteSign sign, long now) {
    lane(group).ended(group, sign, now);
  }

  /**
   * The messages that go now; the caller opens them.
   *
   * @param now until then the outcomes are read; below 0: nothing is known of that
   */
  List<ParkedIndex.Head> take(long now, int atMost) {
    if (now < 0) {
      return List.of();
    }
    List<ParkedIndex.Head> taken = new ArrayList<>(notices.take(now, atMost / 4));
    taken.addAll(mail.take(now, atMost - taken.size()));
    return taken;
  }

  /** When something may go at the earliest; {@link Entries#NEVER}: nothing rests. */
  long next() {
    return Math.min(mail.next(), notices.next());
  }
}
