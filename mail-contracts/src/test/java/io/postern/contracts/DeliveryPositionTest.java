package io.postern.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeliveryPositionTest {
  @Test
  void aPositionIsReadBack() {
    Random random = new Random(2);
    for (int i = 0; i < 2_000; i++) {
      BitSet finished = new BitSet();
      int span = random.nextInt(10_001);
      for (int n = random.nextInt(200); n > 0 && span > 0; n--) {
        finished.set(random.nextInt(span));
      }
      DeliveryPosition position =
          new DeliveryPosition(random.nextLong(1L << 40), finished, random.nextBoolean());

      String metadata = position.encode();

      assertThat(metadata)
          .hasSizeLessThanOrEqualTo(DeliveryPosition.MAX_METADATA_CHARS)
          .isPrintable();
      assertThat(DeliveryPosition.decode(position.next(), metadata)).isEqualTo(position);
    }
  }

  @Test
  void aWindowOfTenThousandFitsIntoTheMetadata() {
    BitSet finished = new BitSet();
    finished.set(1, 10_000);
    assertThat(new DeliveryPosition(5, finished, false).encode()).hasSizeLessThan(2_000);
  }

  @Test
  void theBoundOfTheMetadataHolds() {
    BitSet finished = new BitSet();
    finished.set(24_000);
    assertThat(new DeliveryPosition(5, finished, true).encode()).hasSizeLessThanOrEqualTo(4096);
    finished.set(25_000);
    DeliveryPosition tooWide = new DeliveryPosition(5, finished, true);
    assertThatThrownBy(tooWide::encode).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void finishedIsWhatLiesBeforeOrIsMarked() {
    BitSet bits = new BitSet();
    bits.set(2);
    DeliveryPosition position = new DeliveryPosition(100, bits, false);

    assertThat(position.finished(99)).isTrue();
    assertThat(position.finished(100)).isFalse();
    assertThat(position.finished(102)).isTrue();
    assertThat(position.finished(103)).isFalse();
    assertThat(position.finished(Long.MAX_VALUE)).isFalse();
  }

  @Test
  void noMetadataMeansNothingBeyondIsFinished() {
    assertThat(DeliveryPosition.decode(9, null))
        .isEqualTo(new DeliveryPosition(9, new BitSet(), false));
    assertThat(DeliveryPosition.decode(9, ""))
        .isEqualTo(new DeliveryPosition(9, new BitSet(), false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "2o", "0o", "1x", "1o!", "some tool's own words"})
  void foreignMetadataIsRefused(String metadata) {
    assertThatThrownBy(() -> DeliveryPosition.decode(9, metadata))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void thePositionDoesNotChangeWithItsSource() {
    BitSet bits = new BitSet();
    DeliveryPosition position = new DeliveryPosition(0, bits, false);
    bits.set(3);
    position.finishedBeyond().set(4);
    assertThat(position.finishedBeyond().isEmpty()).isTrue();
  }
}
