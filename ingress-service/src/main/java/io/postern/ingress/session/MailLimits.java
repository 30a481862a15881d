package io.postern.ingress.session;

/**
 * The bounds of what one session may send.
 *
 * @param messages a session (RFC 9422 §4.1)
 * @param messagesPerMinutePerNetwork of clients that no connector proves, counted for all sessions
 *     of this replica; 0: any number
 * @param promptCommands since the last accepted message, obeyed at once; see {@link CommandPace}
 * @param badCommands a session; the last of them gets 421
 * @param recipients a message; RFC 5321 §4.5.3.1.8 asks for 100 at least
 * @param receivedFields a message; RFC 5321 §6.3: "normally at least 100", since a long way through
 *     lists and tenants is no loop
 * @param headerBytes of a message's header section
 * @param leastRate octets a second of a message, averaged over a minute; 0: any rate will do
 * @param leastRateUnderStress the same under stress, averaged over a stress time-out
 */
public record MailLimits(
    int messages,
    int messagesPerMinutePerNetwork,
    int promptCommands,
    int badCommands,
    int recipients,
    int receivedFields,
    int headerBytes,
    int leastRate,
    int leastRateUnderStress) {

  /** The defaults of the settings. */
  public static final MailLimits DEFAULT =
      new MailLimits(1_000, 0, 200, 20, 1_000, 100, 256 * 1024, 0, 1024);

  /** The same with other numbers of messages and recipients. */
  public MailLimits of(int otherMessages, int otherPerMinutePerNetwork, int otherRecipients) {
    return new MailLimits(
        otherMessages,
        otherPerMinutePerNetwork,
        promptCommands,
        badCommands,
        otherRecipients,
        receivedFields,
        headerBytes,
        leastRate,
        leastRateUnderStress);
  }
}
