package io.postern.rules;

import io.postern.contracts.Spelling;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.VerdictReason;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What is known about the client's chain under one connector's anchors and revocation mode. */
sealed interface Judgement {
  record Ask(VerdictQuestion question) implements Judgement {}

  @SuppressWarnings("ArrayRecordComponent")
  record Good(String verdict, byte[] key) implements Judgement {}

  record Bad(VerdictReason reason, String verdict) implements Judgement {}

  /** Also a result that this version does not know: unknown is not good (G4). */
  record Unknown(VerdictReason reason, String verdict) implements Judgement {}

  static Judgement of(
      Directory directory,
      InboundEntry entry,
      InboundFacts facts,
      Function<VerdictQuestion, @Nullable CertificateVerdict> known) {
    VerdictQuestion question =
        new VerdictQuestion(
            facts.chain(),
            facts.stapledOcsp(),
            CertificateRole.ROLE_CLIENT,
            directory.anchors(entry.organization(), entry.connector.getAnchors()),
            RevocationModes.inForce(entry.connector.getRevocation()),
            false,
            entry.organization());
    CertificateVerdict verdict = known.apply(question);
    if (verdict == null) {
      return new Ask(question);
    }
    String text = Spelling.verdict(verdict);
    return switch (verdict.getResult()) {
      case GOOD -> new Good(text, question.key().bytes());
      case BAD -> new Bad(verdict.getReason(), text);
      case UNKNOWN, VERDICT_RESULT_UNSPECIFIED, UNRECOGNIZED ->
          new Unknown(verdict.getReason(), text);
    };
  }
}
