package io.postern.certificate;

import io.postern.contracts.v1.VerdictReason;

/**
 * Bytes that are no certificate that can be judged: MALFORMED, or WEAK_KEY for a key that this
 * service cannot even read.
 */
public final class UnusableCertificateException extends Exception {
  private static final long serialVersionUID = 1;

  private final VerdictReason reason;

  public UnusableCertificateException(VerdictReason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Problem problem() {
    return new Problem(reason, String.valueOf(getMessage()));
  }
}
