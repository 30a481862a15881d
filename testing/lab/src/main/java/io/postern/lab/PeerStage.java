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
  /** After the octets of a chunk that is not the last one, before its reply (RFC 3030 §2). */
  CHUNK,
  /** After the final dot, or the last chunk. */
  END_OF_DATA,
  RSET,
  QUIT
}
