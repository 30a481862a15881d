package io.postern.dns;

/**
 * The DNS gave no answer that can be used. It may another time: a failure is never a denial.
 *
 * <p>The message names the question and the cause, for the administrator.
 */
public final class DnsFailureException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean bogus;

  /**
   * @param bogus there was an answer, and DNSSEC proves that it is not the zone's (RFC 4035 §4.3)
   */
  public DnsFailureException(String message, boolean bogus) {
    super(message);
    this.bogus = bogus;
  }

  /** An answer came and its proof is wrong; false: none came, or none can be had. */
  public boolean bogus() {
    return bogus;
  }

  /** The message, which is never null. */
  public String detail() {
    return String.valueOf(getMessage());
  }
}
