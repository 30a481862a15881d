package io.postern.delivery.transaction;

import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.TlsFacts;
import io.postern.delivery.gate.Judge;
import io.postern.delivery.gate.TlsGate;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a connection, for the outcome.
 *
 * @param verdict null: not asked
 * @param tried see {@link Session#tried}
 */
record Seen(
    String host,
    String address,
    @Nullable TlsFacts facts,
    @Nullable CertificateVerdict verdict,
    int connectMillis,
    int tlsMillis,
    int verdictMillis,
    boolean reused,
    String tried) {
  static final Seen NOTHING = new Seen("", "", null, null, 0, 0, 0, false, "");

  static Seen dialled(Target target) {
    return new Seen(target.host(), target.shown(), null, null, 0, 0, 0, false, "");
  }

  static Seen judged(Session session, Judge.Judgement judgement) {
    TlsFacts facts =
        session.channel() instanceof TlsGate.Channel.Encrypted tls ? tls.facts() : null;
    boolean reused = session.uses() > 0;
    return new Seen(
        session.target().host(),
        session.target().shown(),
        facts,
        judgement.verdict(),
        reused ? 0 : session.connectMillis(),
        reused ? 0 : session.tlsMillis(),
        judgement.verdictMillis(),
        reused,
        session.tried());
  }
}
