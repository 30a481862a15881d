package io.postern.certificate.answers;

import io.postern.contracts.VerdictKey;
import io.postern.contracts.v1.CertificateRequest;

/**
 * A question with the key that it really has.
 *
 * @param deadlineMillis past it no caller waits for the answer; by the log's clock ({@link
 *     io.postern.log.LogClock})
 * @param bytes its size in the log
 */
record Question(VerdictKey key, CertificateRequest request, long deadlineMillis, int bytes) {
  /**
   * The end of the caller's wait, by the log's clock: the caller's own clock gives the length
   * alone.
   *
   * @param stampMillis the log's time of the question
   */
  static long deadline(CertificateRequest request, long stampMillis) {
    long asked = request.getAskedAtMillis();
    return asked == 0 // of an older version
        ? request.getDeadlineMillis()
        : stampMillis + request.getDeadlineMillis() - asked;
  }

  boolean expired(long nowMillis) {
    return deadlineMillis <= nowMillis;
  }
}
