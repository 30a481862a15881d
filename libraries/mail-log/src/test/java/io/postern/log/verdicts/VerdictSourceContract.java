package io.postern.log.verdicts;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every {@link VerdictSource} does. */
abstract class VerdictSourceContract {
  static final Duration PATIENCE = Duration.ofSeconds(10);

  /**
   * A source whose judge finds good what is not called "bad...", and is silent about "silent...".
   */
  abstract VerdictSource source();

  @Test
  void aGoodChainIsGoodAndThenKnown() {
    VerdictQuestion question = question("leaf");
    assertThat(source().known(question)).isNull();
    CertificateVerdict verdict = source().verdict(question, PATIENCE);
    assertThat(verdict.getResult()).isEqualTo(VerdictResult.GOOD);
    assertThat(source().known(question)).isEqualTo(verdict);
  }

  @Test
  void aBadChainIsBadForItsReason() {
    CertificateVerdict verdict = source().verdict(question("bad leaf"), PATIENCE);
    assertThat(verdict.getResult()).isEqualTo(VerdictResult.BAD);
    assertThat(verdict.getReason()).isEqualTo(VerdictReason.REVOKED);
  }

  @Test
  void g4_aVerdictThatCannotBeHadIsUnknownInTime() {
    VerdictQuestion question = question("silent leaf");
    long start = System.nanoTime();
    CertificateVerdict verdict = source().verdict(question, Duration.ofMillis(400));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
    assertThat(verdict.getResult()).isEqualTo(VerdictResult.UNKNOWN);
    assertThat(verdict.getReason()).isEqualTo(VerdictReason.UNAVAILABLE);
    assertThat(source().known(question)).isNull();
  }

  static VerdictQuestion question(String leaf) {
    return question(leaf, AnchorSetReference.getDefaultInstance());
  }

  static VerdictQuestion question(String leaf, AnchorSetReference anchors) {
    return new VerdictQuestion(
        List.of(leaf.getBytes(StandardCharsets.UTF_8)),
        new byte[0],
        CertificateRole.ROLE_SERVER,
        anchors,
        RevocationMode.REVOCATION_REQUIRED,
        "contoso");
  }
}
