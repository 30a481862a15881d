package io.postern.api.signin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AttemptPlacesTest {
  private final Slowing slowing = new Slowing(() -> 0);
  private final AttemptPlaces places = new AttemptPlaces(slowing);

  @Test
  void guessesLeaveAPlaceForWhoHasSignedInFromThere() {
    slowing.right("anna", "192.0.2.1");
    int taken = 0;
    for (int network = 1; network <= 20; network++) {
      for (int i = 0; i < 10; i++) {
        taken += places.take("nobody" + i, "192.0.2." + network) == null ? 0 : 1;
      }
    }

    assertThat(taken).isEqualTo(64);
    assertThat(places.take("ben", "198.51.100.1")).as("another stranger").isNull();
    assertThat(places.take("anna", "192.0.2.1")).isNotNull();
    assertThat(places.take("anna", "198.51.100.1")).as("from elsewhere").isNull();
  }
}
