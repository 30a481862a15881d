package io.postern.policy.notices;

/**
 * The meaning of a reason for the sender of a mail.
 *
 * @param code subject and detail of the enhanced status code (RFC 3463), without its class
 * @param tls whether a TLS requirement was not met; the DSN then describes the requirement
 * @param sentence the event, as a sentence
 * @param duty of the one that can repair it
 * @param cure the repair, after "needs to"
 */
record Meaning(String code, boolean tls, String sentence, Duty duty, String cure) {
  /** The one that must act. */
  enum Duty {
    /** The administrator of the server that the mail was to go to. */
    PEER,
    /** The administrator of the organization's mail here. */
    OURS,
    SENDER
  }

  /** The same event, which the sender can repair. */
  Meaning ofSender(String repair) {
    return new Meaning(code, tls, sentence, Duty.SENDER, repair);
  }
}
