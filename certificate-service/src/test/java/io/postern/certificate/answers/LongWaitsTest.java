package io.postern.certificate.answers;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.certificate.answers.LongWaits.Place;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.VerdictKey;
import io.postern.contracts.v1.CertificateRequest;
import org.junit.jupiter.api.Test;

class LongWaitsTest {
  private final LongWaits waits = new LongWaits(2, 1000);

  private Place place(int bytes) {
    VerdictKey key = VerdictKey.of(Fingerprints.sha256(new byte[] {1}));
    return waits.placeFor(new Question(key, CertificateRequest.getDefaultInstance(), 10, bytes));
  }

  @Test
  void noMoreThanTheCountWait() {
    Place first = place(1);
    assertThat(first.take()).isTrue();
    assertThat(place(1).take()).isTrue();
    Place third = place(1);
    assertThat(third.take()).isFalse();
    third.close();
    assertThat(waits.waiting()).isEqualTo(2);
    first.close();
    first.close();
    assertThat(waits.waiting()).isOne();
    assertThat(place(1).take()).isTrue();
  }

  @Test
  void norMoreThanTheBytes() {
    Place large = place(900);
    assertThat(large.take()).isTrue();
    assertThat(place(200).take()).isFalse();
    assertThat(place(100).take()).isTrue();
    large.close();
    assertThat(place(900).take()).isTrue();
  }

  @Test
  void aQuestionThatNeverWaitedLeavesNothing() {
    place(1).close();
    assertThat(waits.waiting()).isZero();
  }
}
