package io.postern.ingress.session;

import java.time.Duration;

/**
 * How fast a client may go on with commands that bring no message: RSET, NOOP, recipients that are
 * refused. A command costs the CPU that all sessions share, and anybody may say one without end.
 * The first {@value #FREE} since the last accepted message are obeyed at once, and so are the
 * recipients of the message under way; each further one waits. Others notice nothing; a message for
 * a thousand recipients of whom none exists takes a minute and a half. Owner: the session's thread.
 */
final class CommandPace {
  static final int FREE = 200;
  static final Duration PAUSE = Duration.ofMillis(100);

  private int commands;

  /**
   * One command more; whether it has to wait.
   *
   * @param recipients that were accepted and wait for their message
   */
  boolean mustWait(int recipients) {
    commands++;
    return commands - recipients > FREE;
  }

  void accepted() {
    commands = 0;
  }
}
