package io.postern.rules.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpRangeTest {
  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1, true",
    "192.0.2.1, 192.0.2.2, false",
    "192.0.2.0/24, 192.0.2.255, true",
    "192.0.2.0/24, 192.0.3.0, false",
    "192.0.2.0/24, ::ffff:192.0.2.9, true",
    "192.0.2.0/24, ::ffff:c000:209, true",
    "0.0.0.0/0, 255.255.255.255, true",
    "0.0.0.0/0, ::1, false",
    "2001:db8::/64, 2001:db8::ffff:1, true",
    "2001:db8::/64, 2001:db8:0:1::1, false",
    "2001:db8::8000:0:0:0/65, 2001:db8::8000:0:0:1, true",
    "2001:db8::8000:0:0:0/65, 2001:db8::1, false",
    "2001:DB8::1, 2001:db8:0:0:0:0:0:1, true",
    "::/0, 2001:db8::1, true",
    "192.168.0.1/25, 192.168.0.127, true",
    "192.168.0.1/25, 192.168.0.128, false",
    "2001:db8::1/64, 2001:db8::2, true",
  })
  void containsExactlyItsBlock(String range, String address, boolean expected) {
    assertThat(contains(IpRange.parse(range), address)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.256",
        "01.2.3.4",
        "1.2.3.4/",
        "1.2.3.4/33",
        "1.2.3.4/-1",
        "1.2.3.4 ",
        "1.2.3.4/032x",
        ":",
        ":::",
        "1::2::3",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "::12345",
        "::1/129",
        "fe80::1%eth0",
        "::1.2.3",
        "1:2:3:4:5:6:7:1.2.3.4",
        "1:2:3:4:5:6:7:8::",
        "[::1]",
        "١.2.3.4",
        "localhost"
      })
  void refusesWhatIsNoRange(String text) {
    assertThatThrownBy(() -> IpRange.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void readsEveryAddressThatThePlatformWrites() throws UnknownHostException {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
      for (int b = 0; b < bytes.length; b++) {
        bytes[b] = (byte) (random.nextInt(3) == 0 ? random.nextInt() : 0);
      }
      String text = InetAddress.getByAddress(bytes).getHostAddress();
      IpAddress address = IpAddress.parse(text);
      assertThat(address).as(text).isNotNull();
      int length = random.nextInt(bytes.length * 8 + 1);
      IpRange range = IpRange.parse(text(address.masked(length)) + "/" + length);
      assertThat(contains(range, text)).as("%s in /%d", text, length).isTrue();
      if (length > 0) {
        assertThat(contains(range, flipped(bytes, length - 1)))
            .as("%s /%d", text, length)
            .isFalse();
      }
    }
  }

  @Test
  void anyTextIsAnAddressOrNotButNeverAnAccident() {
    Random random = new Random(2);
    String alphabet = "0123456789abcdefF:.:./% x";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(24); length > 0; length--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        assertThat(IpRange.parse(text.toString()).prefixLength()).isBetween(0, 128);
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageContaining(" ");
      }
    }
  }

  private static boolean contains(IpRange range, String text) {
    IpAddress address = IpAddress.parse(text);
    assertThat(address).as(text).isNotNull();
    return range.contains(address);
  }

  private static String text(IpAddress address) throws UnknownHostException {
    java.nio.ByteBuffer bytes = java.nio.ByteBuffer.allocate(address.bits() / 8);
    if (address.bits() == 32) {
      bytes.putInt((int) address.low());
    } else {
      bytes.putLong(address.high()).putLong(address.low());
    }
    return InetAddress.getByAddress(bytes.array()).getHostAddress();
  }

  private static String flipped(byte[] bytes, int bit) throws UnknownHostException {
    byte[] other = bytes.clone();
    other[bit / 8] ^= (byte) (0x80 >> (bit % 8));
    return InetAddress.getByAddress(other).getHostAddress();
  }
}
