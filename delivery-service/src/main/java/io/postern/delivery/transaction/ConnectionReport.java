package io.postern.delivery.transaction;

import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.DaneEvidence;
import io.postern.contracts.v1.VerdictEvidence;
import io.postern.delivery.gate.HostDemand;
import io.postern.delivery.gate.Judge;
import io.postern.dns.dane.DaneMatch;
import io.postern.dns.dane.Tlsa;
import io.postern.dns.dane.TlsaSet;
import org.jspecify.annotations.Nullable;

/**
 * A connection as the outcome reports it.
 *
 * @param target null: no host was dialled
 * @param establishment null: no session was opened
 * @param reused the session had a transaction before, so its establishment took this delivery no
 *     time
 * @param verdict null: nobody was asked for one
 * @param evidence the verdict's grounds; null: nobody was asked for one
 * @param dane the host's TLSA records and what came of them; null: DANE does not apply to it
 */
record ConnectionReport(
    @Nullable Target target,
    @Nullable Establishment establishment,
    boolean reused,
    @Nullable CertificateVerdict verdict,
    int verdictMillis,
    @Nullable VerdictEvidence evidence,
    @Nullable DaneEvidence dane) {
  static final ConnectionReport NONE = new ConnectionReport(null, null, false, null, 0, null, null);
  private static final int MOST_RECORDS = 20;
  private static final int MOST_TEXT = 200;

  /** Dialled, and without a session. */
  static ConnectionReport dialled(SessionKey key) {
    return new ConnectionReport(
        key.target(), null, false, null, 0, null, evidence(key.demand(), null));
  }

  static ConnectionReport judged(Session session, Judge.Judgement judgement) {
    CertificateVerdict verdict = judgement.verdict();
    return new ConnectionReport(
        session.target(),
        session.establishment,
        session.uses() > 0,
        verdict,
        judgement.verdictMillis(),
        verdict == null ? null : session.evidence(verdict),
        evidence(session.key.demand(), judgement.dane()));
  }

  private static @Nullable DaneEvidence evidence(
      HostDemand demand, DaneMatch.@Nullable Result result) {
    TlsaSet set = demand.dane();
    if (set == null) {
      return null;
    }
    DaneEvidence.Builder evidence = DaneEvidence.newBuilder().setBase(set.base());
    set.records().stream()
        .limit(MOST_RECORDS)
        .map(ConnectionReport::shown)
        .forEach(evidence::addRecords);
    if (result != null && result.match() != null) {
      evidence.setMatched(shown(result.match().record()));
    }
    return evidence.build();
  }

  private static String shown(Tlsa record) {
    String text = record.toString();
    return text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT) + "...";
  }
}
