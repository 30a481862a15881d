package io.postern.dns;

/** Where the proof of an answer comes from (RFC 4035 §4.9). */
public enum Dnssec {
  /**
   * {@link #VALIDATE} from the moment on when a test has shown that the servers pass proofs on
   * ({@link MailResolver#prove}), and {@link #OFF} before. Servers that stop passing them on later
   * do not end it.
   */
  AUTO,

  /** No answer is proven: DANE applies to no domain. */
  OFF,

  /**
   * The answer's signatures are verified here, from the root's key on. The servers that are asked
   * must pass signatures on; they need not be trusted.
   */
  VALIDATE,

  /**
   * The servers that are asked validate, and their AD bit counts (RFC 6840 §5.8). Only for servers
   * on this machine, or behind a link that nobody else can write to.
   */
  TRUST_AD
}
