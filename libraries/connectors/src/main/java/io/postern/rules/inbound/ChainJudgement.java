package io.postern.rules.inbound;

import io.postern.contracts.Spelling;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.rules.InboundEntry;
import io.postern.rules.RevocationModes;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The verdict on the client's chain under one connector's anchors and revocation mode. */
sealed interface ChainJudgement {
  /** The question that certificate-service must answer first. */
  record Question(VerdictQuestion question) implements ChainJudgement {}

  @SuppressWarnings("ArrayRecordComponent")
  record Good(String verdict, byte[] key) implements ChainJudgement {}

  record NotGood(RecipientRefusal refusal) implements ChainJudgement {}

  /**
   * @param rule the connector's parameter that asks for the certificate
   */
  static ChainJudgement of(
      InboundConditions conditions,
      InboundEntry entry,
      Function<VerdictQuestion, @Nullable CertificateVerdict> known,
      String rule) {
    VerdictQuestion question =
        new VerdictQuestion(
            conditions.facts.chain(),
            conditions.facts.stapledOcsp(),
            CertificateRole.ROLE_CLIENT,
            conditions.directory.anchors(entry.organization(), entry.connector.getAnchors()),
            RevocationModes.inForce(entry.connector.getRevocation()),
            entry.organization());
    CertificateVerdict verdict = known.apply(question);
    if (verdict == null) {
      return new Question(question);
    }
    return switch (verdict.getResult()) {
      case GOOD -> new Good(Spelling.verdict(verdict), question.key().bytes());
      case BAD -> new NotGood(RecipientRefusal.badChain(verdict, rule));
      // A result of a newer version is unknown, and unknown is not good (G4).
      case UNKNOWN, VERDICT_RESULT_UNSPECIFIED, UNRECOGNIZED ->
          new NotGood(RecipientRefusal.chainNotJudged(verdict, rule));
    };
  }
}
