package io.postern.policy.notices;

/**
 * What a reason means to the sender of a mail.
 *
 * @param code subject and detail of the enhanced status code (RFC 3463), without its class
 * @param tls whether a TLS requirement was not met: then the requirement is told
 * @param what a sentence: what happened
 * @param duty who can do something about it
 * @param cure what they need to do, after "needs to"
 */
record Meaning(String code, boolean tls, String what, Duty duty, String cure) {
  /** Who must act. */
  enum Duty {
    /** Who runs the server that the mail was to go to. */
    PEER,
    /** Who runs the organization's mail here. */
    OURS,
    SENDER
  }
}
