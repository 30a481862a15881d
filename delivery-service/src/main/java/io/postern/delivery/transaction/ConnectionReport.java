package io.postern.delivery.transaction;

import io.postern.contracts.v1.CertificateVerdict;
import io.postern.delivery.gate.Judge;
import org.jspecify.annotations.Nullable;

/**
 * A connection as the outcome reports it.
 *
 * @param target null: no host was dialled
 * @param establishment null: no session was opened
 * @param reused the session had a transaction before, so its establishment took this delivery no
 *     time
 * @param verdict null: nobody was asked for one
 */
record ConnectionReport(
    @Nullable Target target,
    @Nullable Establishment establishment,
    boolean reused,
    @Nullable CertificateVerdict verdict,
    int verdictMillis) {
  static final ConnectionReport NONE = new ConnectionReport(null, null, false, null, 0);

  static ConnectionReport dialled(Target target) {
    return new ConnectionReport(target, null, false, null, 0);
  }

  static ConnectionReport judged(Session session, Judge.Judgement judgement) {
    return new ConnectionReport(
        session.target(),
        session.establishment,
        session.uses() > 0,
        judgement.verdict(),
        judgement.verdictMillis());
  }
}
