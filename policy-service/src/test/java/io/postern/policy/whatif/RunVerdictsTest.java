package io.postern.policy.whatif;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.log.verdicts.VerdictSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RunVerdictsTest {
  private static final CertificateVerdict GOOD =
      CertificateVerdict.newBuilder().setResult(VerdictResult.GOOD).build();

  private static VerdictQuestion question(int number) {
    return new VerdictQuestion(
        List.of(("chain " + number).getBytes(US_ASCII)),
        new byte[0],
        CertificateRole.ROLE_SERVER,
        AnchorSetReference.getDefaultInstance(),
        RevocationMode.REVOCATION_REQUIRED,
        "contoso");
  }

  /** It promised 2,000 and kept one for each question. */
  @Test
  void questionsBeyondTheBoundAreNeitherAskedNorKeptAndTheirMailIsUndecided() {
    AtomicInteger asked = new AtomicInteger();
    VerdictSource source =
        new VerdictSource() {
          @Override
          public CertificateVerdict verdict(VerdictQuestion question, Duration patience) {
            asked.incrementAndGet();
            return GOOD;
          }

          @Override
          public @Nullable CertificateVerdict known(VerdictQuestion question) {
            return null;
          }
        };
    RunVerdicts verdicts = new RunVerdicts(() -> source);
    for (int i = 0; i < RunVerdicts.MOST + 500; i++) {
      verdicts.ask(question(i));
    }

    assertThat(asked.get()).isEqualTo(RunVerdicts.MOST);
    assertThat(verdicts.known(question(0))).isEqualTo(GOOD);
    CertificateVerdict beyond = verdicts.known(question(RunVerdicts.MOST + 499));
    assertThat(beyond).isNotNull();
    assertThat(beyond.getReason()).isEqualTo(VerdictReason.UNAVAILABLE);
    verdicts.good(question(RunVerdicts.MOST + 499).key());
    assertThat(verdicts.known(question(RunVerdicts.MOST + 499))).isEqualTo(beyond);
  }
}
