package io.postern.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentifiersTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 3, 47, 46_655})
  void aQueueIdCarriesItsHomePartition(int partition) {
    QueueId id = QueueId.next(partition);

    assertThat(id.value()).matches("[0-9a-z]{21}");
    assertThat(QueueId.parse(id.toString())).isEqualTo(id);
    assertThat(QueueId.parse(id.value()).partition()).isEqualTo(partition);
    assertThat(id.createdMillis())
        .isBetween(System.currentTimeMillis() - 60_000, System.currentTimeMillis());
  }

  @Test
  void queueIdsDiffer() {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 20_000; i++) {
      assertThat(seen.add(QueueId.next(i % 4).value())).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0",
        "00000000000000000000",
        "0000000000000000000000",
        "00000000000000000000A",
        "00000000000000000000/",
        "00000000000000000000\u0661",
        "-01000000000000000000",
        " 00000000000000000000"
      })
  void whatIsNoQueueIdIsRefused(String text) {
    assertThatThrownBy(() -> QueueId.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aQueueIdOfAnotherPartitionIsRefused() {
    String value = QueueId.next(1).value();
    assertThatThrownBy(() -> new QueueId(2, value)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> QueueId.next(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> QueueId.next(46_656)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aDeliveryIdIsReadBack() {
    DeliveryId id = new DeliveryId(QueueId.next(7), 12, 3);

    assertThat(id.toString()).isEqualTo(id.queueId() + "/12/3");
    assertThat(DeliveryId.parse(id.toString())).isEqualTo(id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/1/0",
        "%s/1",
        "%s/0/0",
        "%s/01/0",
        "%s/+1/0",
        "%s/1/-1",
        "%s/1/0/0",
        "%s//",
        "%s/9999999999/0"
      })
  void whatIsNoDeliveryIdIsRefused(String text) {
    String value = text.replace("%s", QueueId.next(0).value());
    assertThatThrownBy(() -> DeliveryId.parse(value)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void garbageIsAnIllegalArgumentAndNothingElse() {
    Random random = new Random(1);
    String alphabet = "0123456789abcxyz/-+ \u00e4\u0661";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(30); n > 0; n--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      String garbage = text.toString();
      refusesOrReads(() -> assertThat(QueueId.parse(garbage).value()).isEqualTo(garbage));
      refusesOrReads(() -> assertThat(DeliveryId.parse(garbage).toString()).isEqualTo(garbage));
      refusesOrReads(() -> DeliveryPosition.decode(0, garbage));
    }
  }

  private static void refusesOrReads(Runnable parse) {
    try {
      parse.run();
    } catch (IllegalArgumentException refused) {
      assertThat(refused).hasMessageMatching("(?s).+");
    }
  }
}
