package io.postern.api.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.AccessEvent;
import io.postern.contracts.v1.AccessEventKind;
import org.junit.jupiter.api.Test;

/** A program that signs in at each of a million calls makes two records a minute. */
class MinuteRepeatsTest {
  private static final int CALLS = 1_000_000;

  private final MinuteRepeats repeats = new MinuteRepeats();

  private static AccessEvent event(String user, String client, String way) {
    return AccessEvent.newBuilder()
        .setKind(AccessEventKind.SIGNED_IN)
        .setUser(user)
        .setBy(user)
        .setClient(client)
        .setDetail(way)
        .build();
  }

  @Test
  void theFirstOfAMinuteIsRecordedAndTheOthersAreCounted() {
    int recorded = 0;
    for (int i = 0; i < CALLS; i++) {
      recorded += repeats.isFirst(event("anna", "192.0.2.1", "password")) ? 1 : 0;
    }
    assertThat(recorded).isOne();
    assertThat(repeats.isFirst(event("anna", "192.0.2.1", "OpenID provider"))).isTrue();
    assertThat(repeats.isFirst(event("ben", "192.0.2.1", "password"))).isTrue();
    assertThat(repeats.isFirst(event("ben", "192.0.2.7", "password"))).isTrue();
    assertThat(repeats.isFirst(event("ben", "192.0.2.7", "password"))).isFalse();

    assertThat(repeats.take())
        .extracting(AccessEvent.Builder::build)
        .containsExactlyInAnyOrder(
            event("anna", "192.0.2.1", "password").toBuilder().setCount(CALLS - 1).build(),
            event("ben", "192.0.2.7", "password").toBuilder().setCount(1).build());
    assertThat(repeats.take()).isEmpty();
    assertThat(repeats.isFirst(event("anna", "192.0.2.1", "password"))).isTrue();
  }

  /** Who uses another one's password is seen between that one's programs. */
  @Test
  void eachOfSomeClientsIsRecorded() {
    int recorded = 0;
    for (int i = 0; i < 100; i++) {
      recorded += repeats.isFirst(event("anna", "192.0.2." + i, "password")) ? 1 : 0;
    }

    assertThat(recorded).isEqualTo(MinuteRepeats.MOST_CLIENTS);
    assertThat(repeats.take())
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getUser()).isEqualTo("anna");
              assertThat(event.getClient()).isEqualTo(MinuteCounts.OTHERS);
              assertThat(event.getCount()).isEqualTo(100 - MinuteRepeats.MOST_CLIENTS);
            });
  }

  @Test
  void beyondTheBoundThereIsOneCount() {
    int recorded = 0;
    for (int i = 0; i < 5_000; i++) {
      recorded += repeats.isFirst(event("user" + i, "192.0.2.1", "password")) ? 1 : 0;
    }

    assertThat(recorded).isEqualTo(MinuteRepeats.MOST);
    assertThat(repeats.take())
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getUser()).isEmpty();
              assertThat(event.getCount()).isEqualTo(5_000 - MinuteRepeats.MOST);
            });
  }
}
