package io.postern.policy.scheduler;

import java.time.Duration;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * How many messages of one group may be on their way at a time. Up to one it <em>probes</em>: one
 * message, and after each that was refused a pause that doubles. What its hosts answer lets the
 * window grow, first as fast as the answers come, then by one a round; a refusal halves it, once a
 * second at most, as that of TCP does. So mail comes back at the pace at which it is taken, and
 * nobody has to know that pace. Times are Unix milliseconds. Owner: {@link ParkedLane}.
 */
final class RouteWindow {
  /** Less than the half of a partition's window in delivery, above which slow mail is returned. */
  static final int MOST = 240;

  static final long FIRST_PAUSE = Duration.ofSeconds(10).toMillis();
  static final long LONGEST_PAUSE = Duration.ofMinutes(5).toMillis();

  /** An attempt whose end has not come in this time is not waited for. */
  static final long LOST = Duration.ofMinutes(15).toMillis();

  private static final long ROUND = Duration.ofSeconds(1).toMillis();

  final ParkedGroup group;

  /** When it is to be looked at. */
  long wake;

  /** The last that was released; null: look from the beginning. */
  @Nullable Bytes cursor;

  /** When it was looked at, nothing rested. Only of one that probes. */
  boolean empty;

  private double size = 1;
  private double threshold = MOST;
  private int open;
  private long pause = FIRST_PAUSE;
  private long shrunk;
  private long heard;

  RouteWindow(ParkedGroup group) {
    this.group = group;
  }

  boolean probes() {
    return size < 2;
  }

  /** After a probe that is refused, milliseconds. */
  long pause() {
    return pause;
  }

  /** Whether one more may go, by the window. */
  boolean hasRoom(long now) {
    giveUp(now);
    return open < (int) size;
  }

  private void giveUp(long now) {
    if (open > 0 && now - heard >= LOST) {
      open = 0;
    }
  }

  boolean isIdle() {
    return open == 0;
  }

  void released(long now) {
    giveUp(now);
    if (open++ == 0) {
      heard = now;
    }
  }

  /** A host has answered, or the mail goes elsewhere now. */
  void reached(long now) {
    heard(now);
    answered();
  }

  /** The same of an attempt that was refused before, since it took long. */
  void answered() {
    pause = FIRST_PAUSE;
    size = Math.min(MOST, size + (size < threshold ? 1 : 1 / size));
  }

  /** Handed back, or no host could be reached. */
  void refused(long now) {
    heard(now);
    if (probes()) {
      if (open == 0) { // else it is one of those that went before the window closed
        pauses(now);
      }
      return;
    }
    wake = now;
    if (now - shrunk >= ROUND) {
      shrunk = now;
      threshold = Math.max(2, size / 2);
      size = Math.max(1, size / 2);
      if (probes()) {
        pauses(now);
      }
    }
  }

  private void heard(long now) {
    open = Math.max(0, open - 1);
    heard = now;
  }

  private void pauses(long now) {
    wake = now + pause;
    pause = Math.min(2 * pause, LONGEST_PAUSE);
  }
}
