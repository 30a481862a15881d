package io.postern.policy;

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

class AskedVerdictsTest {
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
    AskedVerdicts verdicts = AskedVerdicts.each(() -> source, Duration.ofSeconds(10));
    for (int i = 0; i < AskedVerdicts.MOST + 500; i++) {
      var unused = verdicts.verdict(question(i));
    }

    assertThat(asked.get()).isEqualTo(AskedVerdicts.MOST);
    assertThat(verdicts.known(question(0))).isEqualTo(GOOD);
    VerdictQuestion beyond = question(AskedVerdicts.MOST + 499);
    assertThat(verdicts.verdict(beyond).getReason()).isEqualTo(VerdictReason.UNAVAILABLE);
    verdicts.good(beyond.key());
    assertThat(verdicts.verdict(beyond).getReason()).isEqualTo(VerdictReason.UNAVAILABLE);
    assertThat(verdicts.known(beyond)).isNull();
  }

  @Test
  void aQuestionIsAskedOnceAndNoneAfterThreeWithoutAVerdict() {
    AtomicInteger asked = new AtomicInteger();
    AskedVerdicts verdicts =
        AskedVerdicts.each(
            () ->
                new VerdictSource() {
                  @Override
                  public CertificateVerdict verdict(VerdictQuestion question, Duration patience) {
                    return asked.incrementAndGet() == 1
                        ? GOOD
                        : CertificateVerdict.newBuilder()
                            .setResult(VerdictResult.UNKNOWN)
                            .setReason(VerdictReason.UNAVAILABLE)
                            .build();
                  }

                  @Override
                  public @Nullable CertificateVerdict known(VerdictQuestion question) {
                    return null;
                  }
                },
            Duration.ofSeconds(10));
    assertThat(verdicts.verdict(question(0))).isEqualTo(GOOD);
    assertThat(verdicts.verdict(question(0))).isEqualTo(GOOD);
    assertThat(asked.get()).isEqualTo(1);
    assertThat(verdicts.complete()).isTrue();
    for (int i = 1; i < 10; i++) {
      assertThat(verdicts.verdict(question(i)).getReason()).isEqualTo(VerdictReason.UNAVAILABLE);
    }
    assertThat(asked.get()).isEqualTo(4);
    assertThat(verdicts.complete()).isFalse();
  }
}
