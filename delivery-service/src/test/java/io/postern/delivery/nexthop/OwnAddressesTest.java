package io.postern.delivery.nexthop;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnAddressesTest {
  private static final OwnAddresses OURS =
      new OwnAddresses(
          Set.of(
              new InetSocketAddress(InetAddress.ofLiteral("192.0.2.25"), 25),
              new InetSocketAddress(InetAddress.ofLiteral("2001:db8::25"), 25)),
          Set.of(2525));

  @ParameterizedTest
  @CsvSource({
    "192.0.2.25, 25, true",
    "192.0.2.25, 26, false",
    "192.0.2.26, 25, false",
    "2001:db8:0:0::25, 25, true",
    "192.0.2.25, 2525, false",
    "127.0.0.1, 2525, true",
    "127.9.9.9, 2525, true",
    "::1, 2525, true",
    "0.0.0.0, 2525, true",
    "127.0.0.1, 25, false",
    "198.51.100.1, 2525, false"
  })
  void addressAndPortTogetherLeadToUs(String address, int port, boolean ours) {
    assertThat(OURS.has(InetAddress.ofLiteral(address), port)).isEqualTo(ours);
  }

  @Test
  void everyInterfaceOfTheMachineCounts() throws Exception {
    NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .forEach(
            address -> {
              assertThat(OURS.has(address, 2525)).as("%s", address).isTrue();
              assertThat(OURS.has(address, 25)).as("%s", address).isFalse();
            });
  }

  @Test
  void atOtherPortsNoAddressNeedsToBeKnown() {
    assertThat(OURS.mayBeAt(25)).isTrue();
    assertThat(OURS.mayBeAt(2525)).isTrue();
    assertThat(OURS.mayBeAt(587)).isFalse();
  }
}
