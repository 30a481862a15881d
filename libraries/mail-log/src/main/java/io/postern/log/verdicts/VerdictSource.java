package io.postern.log.verdicts;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Source of verdicts on certificate chains (docs/design/architecture.md, "Certificate verdicts").
 * Any thread; never throws for an outage: a verdict that cannot be had is UNKNOWN with reason
 * UNAVAILABLE, and unknown is not good (G4).
 */
public interface VerdictSource {
  /** Blocks until there is a verdict, at most {@code patience}. */
  CertificateVerdict verdict(VerdictQuestion question, Duration patience);

  /** A valid verdict that is there already, without asking anyone; null: none. */
  @Nullable CertificateVerdict known(VerdictQuestion question);
}
