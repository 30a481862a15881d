package io.postern.delivery.nexthop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InterfaceAddressesTest {
  private static final InetAddress FIRST = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress SECOND = InetAddress.ofLiteral("2001:db8::2");

  private Set<InetAddress> system = Set.of(FIRST);
  private boolean broken;
  private int readings;
  private long now = Long.MAX_VALUE - 5; // the clock may overflow
  private final InterfaceAddresses interfaces = new InterfaceAddresses(this::read, () -> now);

  private Set<InetAddress> read() throws IOException {
    readings++;
    if (broken) {
      throw new IOException("none today");
    }
    return system;
  }

  private void later() {
    now += InterfaceAddresses.MAX_AGE.toNanos();
  }

  @Test
  void oneReadingServesManyQuestions() {
    for (int question = 0; question < 1_000; question++) {
      assertThat(interfaces.contains(FIRST)).isTrue();
      assertThat(interfaces.contains(SECOND)).isFalse();
    }
    assertThat(readings).isEqualTo(1);
  }

  @Test
  void anAddressThatComesOrGoesIsSeenAfterTheAge() {
    assertThat(interfaces.contains(FIRST)).isTrue();
    system = Set.of(SECOND);
    now += InterfaceAddresses.MAX_AGE.toNanos() - 1;
    assertThat(interfaces.contains(SECOND)).isFalse();
    now++;
    assertThat(interfaces.contains(SECOND)).isTrue();
    assertThat(interfaces.contains(FIRST)).isFalse();
    assertThat(readings).isEqualTo(2);
  }

  @Test
  void whereTheSystemTellsNothingTheLastReadingCounts() {
    broken = true;
    assertThat(interfaces.contains(FIRST)).isFalse();
    broken = false;
    later();
    assertThat(interfaces.contains(FIRST)).isTrue();
    broken = true;
    later();
    assertThat(interfaces.contains(FIRST)).isTrue();
  }
}
