package io.postern.certificate.revocation;

import io.postern.contracts.v1.RevocationEvidence;
import io.postern.contracts.v1.RevocationStatus;
import java.time.Instant;
import java.util.List;

/**
 * What is known about one certificate's revocation.
 *
 * @param validUntil from when on looking again may give something else: a list's next update, the
 *     end of what it rests on, or the next try of an endpoint that failed
 * @param supporting evidence about those beside the path on whose word it rests
 */
public record Finding(
    RevocationEvidence evidence, Instant validUntil, List<RevocationEvidence> supporting) {
  public Finding(RevocationEvidence evidence, Instant validUntil) {
    this(evidence, validUntil, List.of());
  }

  public RevocationStatus status() {
    return evidence.getStatus();
  }
}
