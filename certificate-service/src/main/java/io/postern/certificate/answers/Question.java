package io.postern.certificate.answers;

import io.postern.contracts.VerdictKey;
import io.postern.contracts.v1.CertificateRequest;

/**
 * A question with the key that it really has.
 *
 * @param deadlineMillis past it nobody waits for the answer
 * @param bytes its size in the log
 */
record Question(VerdictKey key, CertificateRequest request, long deadlineMillis, int bytes) {
  boolean expired(long nowMillis) {
    return deadlineMillis <= nowMillis;
  }
}
