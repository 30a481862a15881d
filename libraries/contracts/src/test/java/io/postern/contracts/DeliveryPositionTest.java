package io.postern.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.contracts.DeliveryPosition.LeaseBeginning;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeliveryPositionTest {
  @Test
  void aPositionIsReadBack() {
    Random random = new Random(2);
    for (int i = 0; i < 2_000; i++) {
      DeliveryPosition position =
          new DeliveryPosition(
              random.nextLong(1L << 60),
              new Marks(random.nextLong(1L << 60) - 1, random.nextLong(1L << 60) - 1),
              random.nextLong(1L << 60),
              new Owner(random.nextInt(9), random.nextInt(1 << 30), random.nextInt(1 << 30)),
              random.nextInt(9),
              random.nextBoolean(),
              random.nextBoolean()
                  ? null
                  : new LeaseBeginning(
                      random.nextBoolean() ? "" : "0af3-".repeat(12),
                      random.nextLong(),
                      random.nextLong()));

      String metadata = position.encode();

      assertThat(metadata).hasSizeLessThanOrEqualTo(400).isPrintable();
      assertThat(DeliveryPosition.decode(position.next(), metadata)).isEqualTo(position);
    }
  }

  @Test
  void noMetadataMeansNobodyHasOwnedIt() {
    assertThat(DeliveryPosition.decode(0, null)).isEqualTo(DeliveryPosition.first(0));
    assertThat(DeliveryPosition.decode(0, "")).isEqualTo(DeliveryPosition.first(0));
  }

  /** As after a tool has reset the group's offsets: without marks every Decision were a gap. */
  @Test
  void aPositionThatHasLostItsMetadataIsRefused() {
    assertThatThrownBy(() -> DeliveryPosition.decode(9, ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("lost its metadata");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        "1oAAAA",
        "2",
        "2/o/1/1/0/0.0.0/0//",
        "2/x/1/1/0/0.0.0/0///",
        "2/o/1/a/0/0.0.0/0///",
        "2/o/1/1/0/0.0/0///",
        "2/o/1/1/-4/0.0.0/0///",
        "3/o/1/1/0/0.0.0/0///",
        "some tool's own words"
      })
  void foreignMetadataIsRefused(String metadata) {
    assertThatThrownBy(() -> DeliveryPosition.decode(9, metadata))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPositionOfAnEarlierVersionIsNamedAsSuch() {
    assertThatThrownBy(() -> DeliveryPosition.decode(9, "1oAAAA"))
        .hasMessageContaining("another version of Postern");
  }

  @Test
  void ownersAscendByEraThenGenerationThenTake() {
    assertThat(new Owner(1, 0, 1).after(new Owner(0, 9, 9))).isTrue();
    assertThat(new Owner(0, 2, 1).after(new Owner(0, 1, 9))).isTrue();
    assertThat(new Owner(0, 1, 2).after(new Owner(0, 1, 1))).isTrue();
    assertThat(new Owner(0, 1, 1).after(new Owner(0, 1, 1))).isFalse();
    assertThat(Owner.parse("0.17.2")).isEqualTo(new Owner(0, 17, 2));
    assertThatThrownBy(() -> Owner.parse("0.17")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Owner.parse("0.17.x")).isInstanceOf(IllegalArgumentException.class);
  }
}
