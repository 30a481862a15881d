package io.postern.ingress.recipients;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Source of answers whether mailboxes exist. Any thread; never throws for an outage: an answer that
 * cannot be had is UNKNOWN.
 */
public interface RecipientQuestions {
  /** Whether a mailbox exists. */
  enum Existence {
    EXISTS,
    MISSING,
    /** Nobody said. */
    UNKNOWN
  }

  /**
   * A mailbox of an accepted domain.
   *
   * @param address local part as given, domain as lower-case A-label
   * @param domain of the address
   * @param routingVersion of the domain's organization: what a route said of a missing mailbox
   *     before it was changed counts no longer
   */
  record Mailbox(String address, String domain, long routingVersion) {}

  /**
   * The answer.
   *
   * @param detail of MISSING and UNKNOWN, for the administrator
   */
  record Answer(Existence existence, String detail) {
    static Answer unknown(String why) {
      return new Answer(Existence.UNKNOWN, why);
    }
  }

  /** An answer that is there already, without a wait; null: none. */
  @Nullable Answer known(Mailbox mailbox);

  /**
   * Asks, unless the question is on its way, so that a later {@link #answer} waits less. Waits half
   * a second at most, for a log that is away.
   */
  void ask(Mailbox mailbox);

  /** The known answer, or one that is asked for; blocks at most {@code patience}. */
  Answer answer(Mailbox mailbox, Duration patience);
}
