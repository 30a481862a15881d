package io.postern.api.signin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SlowingTest {
  private final AtomicLong now = new AtomicLong();
  private final Slowing slowing = new Slowing(now::get);

  private void wrong(String user, String network, int times) {
    for (int i = 0; i < times; i++) {
      slowing.wrong(user, network);
    }
  }

  private long millis(String user, String network) {
    return slowing.delay(user, network).toMillis();
  }

  @Test
  void theThirdWrongPasswordIsTheLastThatCostsNothingAndFiveSecondsAreTheMost() {
    long[] expected = {0, 0, 0, 250, 500, 1000, 2000, 4000, 5000, 5000};
    for (long millis : expected) {
      assertThat(millis("anna", "192.0.2.1")).isEqualTo(millis);
      slowing.wrong("anna", "192.0.2.1");
    }
    wrong("anna", "192.0.2.1", 1000);
    assertThat(slowing.delay("anna", "192.0.2.1")).isEqualTo(Slowing.LONGEST);
  }

  @Test
  void aUserIsSlowedFromEverywhereAndANetworkForEveryUser() {
    wrong("anna", "192.0.2.1", 5);

    assertThat(millis("anna", "198.51.100.1")).isEqualTo(1000);
    assertThat(millis("ben", "192.0.2.1")).isEqualTo(1000);
    assertThat(millis("ben", "198.51.100.1")).isZero();
  }

  @Test
  void whoHasSignedInFromANetworkWaitsForNoStranger() {
    slowing.right("anna", "198.51.100.1");
    wrong("anna", "192.0.2.1", 100);
    for (int i = 0; i < 100; i++) {
      slowing.wrong("nobody", "198.51.100.1");
    }

    assertThat(millis("anna", "198.51.100.1")).isZero();
    assertThat(millis("anna", "203.0.113.1")).isEqualTo(5000);
    wrong("anna", "198.51.100.1", 4);
    assertThat(millis("anna", "198.51.100.1")).as("a guess from there").isEqualTo(500);
  }

  /** ASVS 6.3.8: a name that is slowed only where it is a user's would be found by that. */
  @Test
  void aNameThatNobodyHasIsSlowedAsAUsers() {
    slowing.right("anna", "203.0.113.1");
    for (String name : List.of("anna", "nobody")) {
      wrong(name, "192.0.2.1", 10);
      assertThat(millis(name, "198.51.100.1")).as(name).isEqualTo(5000);
    }
  }

  /** Else an attacker with many names would win back the attempts at one. */
  @Test
  void manyNamesDoNotMakeTheAttackedOneForgotten() {
    for (int i = 0; i < 30_000; i++) {
      slowing.wrong("name" + i, "192.0.2." + i % 50);
      if (i % 100 == 0) {
        slowing.wrong("anna", "198.51.100.1");
        assertThat(slowing.delay("anna", "203.0.113.1")).isNotNull();
      }
    }
    assertThat(millis("anna", "203.0.113.1")).isEqualTo(5000);
  }

  @Test
  void aQuarterOfAnHourWithoutAWrongPasswordForgets() {
    wrong("anna", "192.0.2.1", 10);
    now.addAndGet(Duration.ofMinutes(16).toNanos());

    assertThat(millis("anna", "192.0.2.1")).isZero();
  }
}
