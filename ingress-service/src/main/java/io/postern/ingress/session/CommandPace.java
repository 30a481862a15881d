package io.postern.ingress.session;

import java.time.Duration;

/**
 * The pace of commands that bring no message: RSET, NOOP, recipients that are refused, tiny chunks.
 * A command costs the CPU that all sessions share, and anybody may send one after the other without
 * end. A session obeys the first ones since the last accepted message at once, as many as {@link
 * ServiceLimits#promptCommands} says, and the recipients of the message under way; each further one
 * waits. Others notice nothing; a message for a thousand recipients of whom none exists takes a
 * minute and a half. Owner: the session's thread.
 */
final class CommandPace {
  static final Duration PAUSE = Duration.ofMillis(100);
  static final int CHUNK = 1024;

  /** Number of commands as which a recipient that does not exist counts. */
  static final int UNKNOWN_RECIPIENT = 10;

  private final int free;
  private int commands;

  CommandPace(int free) {
    this.free = free;
  }

  /**
   * Counts a command, and is true if it has to wait.
   *
   * @param recipients accepted recipients of the message under way
   */
  boolean mustWait(int recipients) {
    commands++;
    return commands - recipients > free;
  }

  /**
   * A BDAT command (RFC 3030) has brought so many octets. As many as {@value #CHUNK} cost more to
   * send than the command costs us, so it counts for nothing: a large message may have thousands of
   * chunks. A smaller chunk, and an empty one, is a command as any other.
   */
  void chunk(long octets) {
    if (octets >= CHUNK) {
      commands--;
    }
  }

  /**
   * The command before named a recipient that does not exist. A client that tries addresses gets a
   * tenth of its prompt commands at once, and then one in {@link #PAUSE}.
   */
  void unknownRecipient() {
    commands += UNKNOWN_RECIPIENT - 1;
  }

  /** A message was accepted. */
  void restart() {
    commands = 0;
  }
}
