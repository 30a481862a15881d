package io.postern.certificate.revocation;

import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.RevocationStatus;
import java.time.Instant;

/**
 * What is known about one certificate's revocation.
 *
 * @param validUntil from when on looking again may give something else: a list's next update, or
 *     the next try of an endpoint that failed
 */
public record Finding(RevocationEvidence evidence, Instant validUntil) {
  public RevocationStatus status() {
    return evidence.getStatus();
  }
}
