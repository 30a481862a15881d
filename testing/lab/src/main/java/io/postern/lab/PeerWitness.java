package io.postern.lab;

import java.io.IOException;

/**
 * The hearer of a {@link ScriptedPeer}'s sessions. Their threads call it; it must be quick and
 * thread-safe.
 */
@FunctionalInterface
public interface PeerWitness {
  /**
   * The peer took a message. It replies afterwards: a client that has read the 250 finds the
   * message.
   *
   * @throws IOException ends the session without a reply
   */
  void took(PeerMessage message) throws IOException;

  /**
   * A client said MAIL or RCPT.
   *
   * @param peer the peer's host name
   * @param client the client's name in EHLO
   * @param command "MAIL", or "RCPT" and the address
   */
  default void envelope(String peer, String client, String command) {}

  /**
   * The peer refuses a recipient with 5xx.
   *
   * @param command the one that it refuses: "MAIL", "RCPT", "DATA" or "end of data"
   */
  default void refused(String peer, String recipient, String command) {}
}
