package io.postern.lab;

/** The stages of a session at which a {@link ScriptedPeer} follows its script. */
public enum PeerStage {
  BANNER,
  EHLO,
  STARTTLS,
  /** AUTH, before anything is looked at. */
  AUTH,
  MAIL,
  RCPT,
  DATA,
  /** DATA when no recipient was accepted: 503 as usual (RFC 2920 §3.1 has peers that say 354). */
  DATA_FOR_NOBODY,
  /**
   * After the first 1,024 bytes of content (or all of a smaller one); an answer is not sent here.
   */
  CONTENT,
  END_OF_DATA,
  QUIT
}
