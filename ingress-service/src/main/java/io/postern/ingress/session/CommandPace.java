package io.postern.ingress.session;

import java.time.Duration;

/**
 * The pace of commands that bring no message: RSET, NOOP, recipients that are refused. A command
 * costs the CPU that all sessions share, and anybody may send one after the other without end. A
 * session obeys the first {@value #FREE} since the last accepted message at once, and the
 * recipients of the message under way; each further one waits. Others notice nothing; a message for
 * a thousand recipients of whom none exists takes a minute and a half. Owner: the session's thread.
 */
final class CommandPace {
  static final int FREE = 200;
  static final Duration PAUSE = Duration.ofMillis(100);

  private int commands;

  /**
   * Counts a command, and is true if it has to wait.
   *
   * @param recipients accepted recipients of the message under way
   */
  boolean mustWait(int recipients) {
    commands++;
    return commands - recipients > FREE;
  }

  /** A message was accepted. */
  void restart() {
    commands = 0;
  }
}
