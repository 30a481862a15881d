package io.postern.api.signin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlacesTest {
  private final Places places = new Places(4, 64);

  @Test
  void aLaneHasFourPlaces() {
    for (int i = 0; i < 4; i++) {
      assertThat(places.take("192.0.2.1", false)).isTrue();
    }
    assertThat(places.take("192.0.2.1", false)).isFalse();
    assertThat(places.take("192.0.2.2", false)).isTrue();
    places.giveBack("192.0.2.1", false);
    assertThat(places.take("192.0.2.1", false)).isTrue();
  }

  @Test
  void strangersOfManyNetworksHaveSixtyFourAndLeaveThoseWhoHaveSignedInTheirs() {
    int taken = 0;
    for (int i = 0; i < 1000; i++) {
      taken += places.take("192.0.2." + i, false) ? 1 : 0;
    }

    assertThat(taken).isEqualTo(64);
    assertThat(places.take("anna 198.51.100.1", true)).isTrue();
    assertThat(places.take("198.51.100.2", false)).isFalse();
    places.giveBack("192.0.2.0", false);
    assertThat(places.take("198.51.100.2", false)).isTrue();
  }
}
