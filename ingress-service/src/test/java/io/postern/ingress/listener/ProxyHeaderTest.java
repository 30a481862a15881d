package io.postern.ingress.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The parsers of both versions: the kept headers, cut anywhere and changed anyhow. */
class ProxyHeaderTest {

  /** Fails unless the header ends with its last octet. */
  private static ProxyHeader.Named read(byte[] octets) throws ProxyHeaderException {
    try (ProxyHeader header = new ProxyHeader()) {
      for (int i = 0; i < octets.length - 1; i++) {
        assertThat(header.next(new byte[] {octets[i]})).as("octet " + i).isNull();
      }
      ProxyHeader.Named named = header.next(new byte[] {octets[octets.length - 1]});
      if (named == null) {
        throw new ProxyHeaderException("more octets are awaited");
      }
      return named;
    }
  }

  /** Read as a socket gives it, with what a client sends behind it. */
  @ParameterizedTest
  @MethodSource("good")
  void not_one_octet_behind_a_header_is_asked_for(String name) throws Exception {
    byte[] whole = ProxySeeds.of(name);
    byte[] sent = Arrays.copyOf(whole, whole.length + 5_000);
    int read = 0;
    int reads = 0;
    try (ProxyHeader header = new ProxyHeader()) {
      ProxyHeader.Named named = null;
      while (named == null) {
        int more = header.more();
        assertThat(more).isPositive();
        named = header.next(Arrays.copyOfRange(sent, read, read + more));
        read += more;
        reads++;
      }
      assertThat(read).isEqualTo(whole.length);
      assertThat(named).isEqualTo(read(whole));
      assertThat(reads).isLessThanOrEqualTo(whole[0] == 'P' ? whole.length : 3);
    }
  }

  private static Stream<String> good() {
    return ProxySeeds.all().keySet().stream().filter(name -> !name.startsWith("bad"));
  }

  private static Stream<String> bad() {
    return ProxySeeds.all().keySet().stream().filter(name -> name.startsWith("bad"));
  }

  @ParameterizedTest
  @MethodSource("good")
  void a_header_names_its_client_or_the_balancer_itself(String name) throws Exception {
    @Nullable InetSocketAddress client = read(ProxySeeds.of(name)).client();
    if (name.startsWith("local")) {
      assertThat(client).isNull();
    } else {
      String address =
          name.startsWith("ipv6") ? "2001:db8:0:0:0:0:0:7" : "192.0.2.7"; // mapped ones too
      assertThat(client).isNotNull();
      assertThat(client.getAddress().getHostAddress()).isEqualTo(address);
      assertThat(client.getPort()).isEqualTo(50123);
    }
  }

  @ParameterizedTest
  @MethodSource("bad")
  void what_is_no_header_of_a_TCP_client_names_nobody(String name) {
    assertThatThrownBy(() -> read(ProxySeeds.of(name))).isInstanceOf(ProxyHeaderException.class);
  }

  /** But for the bits of the TLVs' frame, which may hide the checksum. */
  @Test
  void each_bit_of_the_addresses_counts_where_there_is_a_checksum() {
    byte[] seed = ProxySeeds.of("ipv4-checksum");
    for (int bit = 0; bit < 8 * (16 + 12); bit++) {
      byte[] changed = seed.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> read(changed))
          .as("bit " + bit)
          .isInstanceOf(ProxyHeaderException.class);
    }
  }
}
