package io.postern.log.verdicts;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Fingerprints;
import io.postern.contracts.VerdictKey;
import io.postern.contracts.v1.CertificateVerdict;
import org.junit.jupiter.api.Test;

class PendingVerdictsTest {
  private static final VerdictKey KEY = VerdictKey.of(Fingerprints.sha256(new byte[] {1}));

  private final PendingVerdicts pending = new PendingVerdicts();

  @Test
  void whoAsksMeanwhileWaitsForTheSameAnswer() {
    PendingVerdict first = pending.enter(KEY);
    assertThat(pending.enter(KEY)).isSameAs(first);
    pending.leave(KEY, first);
    assertThat(pending.byKey()).containsKey(KEY);
    pending.leave(KEY, first);
    assertThat(pending.byKey()).isEmpty();
  }

  /** The answer was voided while the first had yet to leave. */
  @Test
  void anAnswerThatCameServesNobodyWhoEntersLater() {
    PendingVerdict first = pending.enter(KEY);
    first.answer().complete(CertificateVerdict.getDefaultInstance());
    PendingVerdict later = pending.enter(KEY);
    assertThat(later).isNotSameAs(first);
    assertThat(later.answer()).isNotDone();
    pending.leave(KEY, first);
    assertThat(pending.byKey()).containsEntry(KEY, later);
    pending.leave(KEY, later);
    assertThat(pending.byKey()).isEmpty();
  }
}
