package io.postern.delivery.attempt;

import io.postern.contracts.Reasons;
import io.postern.contracts.Spelling;
import io.postern.contracts.Texts;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.DaneEvidence;
import io.postern.contracts.v1.MtaStsEvidence;
import io.postern.contracts.v1.OutcomeConnection;
import io.postern.contracts.v1.VerdictEvidence;
import io.postern.delivery.gate.HostDemand;
import io.postern.delivery.gate.Judge;
import io.postern.delivery.gate.StsDemand;
import io.postern.delivery.gate.StsMatch;
import io.postern.delivery.gate.TlsGate;
import io.postern.delivery.route.SessionKey;
import io.postern.delivery.route.Target;
import io.postern.delivery.session.Establishment;
import io.postern.delivery.session.Session;
import io.postern.dns.dane.DaneMatch;
import io.postern.dns.dane.Tlsa;
import io.postern.dns.dane.TlsaSet;
import java.util.function.Supplier;
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
 * @param dane the host's TLSA records and what came of them, or why its DNS answers have no proof;
 *     null: DANE does not apply to it
 * @param mtaSts its domain's policy and what came of it; null: MTA-STS does not apply to it
 * @param token of the gate that it passed; null: it has not passed
 * @param reported the token of the requirement that connectors in report-only mode would set; null:
 *     there is none
 */
public record ConnectionReport(
    @Nullable Target target,
    @Nullable Establishment establishment,
    boolean reused,
    @Nullable CertificateVerdict verdict,
    int verdictMillis,
    @Nullable VerdictEvidence evidence,
    @Nullable DaneEvidence dane,
    @Nullable MtaStsEvidence mtaSts,
    @Nullable String token,
    @Nullable Supplier<String> reported) {
  static final ConnectionReport NONE =
      new ConnectionReport(null, null, false, null, 0, null, null, null, null, null);
  private static final int MOST_RECORDS = 20;
  private static final int MOST_TEXT = 200;

  /** Dialled, and without a session. */
  public static ConnectionReport dialled(SessionKey key) {
    return new ConnectionReport(
        key.target(),
        null,
        false,
        null,
        0,
        null,
        dane(key.demand(), null),
        mtaSts(key.demand(), null),
        null,
        null);
  }

  /**
   * @param reported see {@link #reported}
   */
  public static ConnectionReport judged(
      Session session, Judge.Judgement judgement, @Nullable Supplier<String> reported) {
    CertificateVerdict verdict = verdict(judgement.proofs());
    return new ConnectionReport(
        session.target(),
        session.establishment,
        session.uses() > 0,
        verdict,
        judgement.verdictMillis(),
        verdict == null ? null : session.evidence(verdict),
        dane(session.key.demand(), judgement.proofs().dane()),
        mtaSts(session.key.demand(), compared(session, judgement)),
        null,
        reported);
  }

  /** It passed the gate. */
  public ConnectionReport passed(String by) {
    return new ConnectionReport(
        target,
        establishment,
        reused,
        verdict,
        verdictMillis,
        evidence,
        dane,
        mtaSts,
        by,
        reported);
  }

  /**
   * As an outcome lists it, without the token of a requirement in report-only mode.
   *
   * @param token of the recipients that were settled by it
   */
  OutcomeConnection.Builder recorded(String token) {
    OutcomeConnection.Builder recorded =
        OutcomeConnection.newBuilder()
            .setToken(token)
            .setVerdictMillis(verdictMillis)
            .setReused(reused);
    if (target != null) {
      recorded.setHost(target.host()).setAddress(target.shown());
    }
    if (establishment != null && establishment.facts() != null) {
      recorded.setTlsFacts(establishment.facts());
    }
    if (establishment != null && !reused) {
      recorded
          .setConnectMillis(establishment.connectMillis())
          .setTlsMillis(establishment.tlsMillis());
    }
    if (dane != null) {
      recorded.setDane(dane);
    }
    if (mtaSts != null) {
      recorded.setMtaSts(mtaSts);
    }
    if (evidence != null) {
      recorded.setEvidence(evidence);
    }
    if (verdict != null) {
      recorded.setVerdict(Spelling.verdict(verdict)).setVerdictKey(verdict.getVerdictKey());
    }
    return recorded;
  }

  /** The requirement's; where it needs none, that on which a policy of the domain rests. */
  private static @Nullable CertificateVerdict verdict(TlsGate.Proofs proofs) {
    if (proofs.verdict() != null) {
      return proofs.verdict();
    }
    return proofs.mtaSts() == null ? null : proofs.mtaSts().verdict();
  }

  private static @Nullable StsMatch compared(Session session, Judge.Judgement judgement) {
    return session.channel() instanceof TlsGate.Channel.Plaintext
        ? new StsMatch(Reasons.MTA_STS_STARTTLS_NOT_SUPPORTED, "", null)
        : judgement.proofs().mtaSts();
  }

  /**
   * @param match null: the host was not compared with it
   */
  private static @Nullable MtaStsEvidence mtaSts(HostDemand demand, @Nullable StsMatch match) {
    StsDemand policy = demand.mtaSts();
    if (policy == null) {
      return null;
    }
    return MtaStsEvidence.newBuilder()
        .setDomain(policy.domain())
        .setId(policy.id())
        .setMode(policy.failure().isEmpty() ? policy.mode().spelled() : "")
        .addAllMx(policy.mx())
        .setMet(policy.failure().isEmpty() && match != null && match.good())
        .setFailure(policy.failure().isEmpty() && match != null ? match.reason() : policy.failure())
        .build();
  }

  private static @Nullable DaneEvidence dane(HostDemand demand, DaneMatch.@Nullable Result result) {
    TlsaSet set = demand.dane();
    if (set == null) {
      return demand.unprovenDns().isEmpty()
          ? null
          : DaneEvidence.newBuilder()
              .setUnproven(Texts.shortened(demand.unprovenDns(), MOST_TEXT))
              .build();
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
    return Texts.shortened(record.toString(), MOST_TEXT);
  }
}
