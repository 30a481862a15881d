package io.postern.ingress.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ingress.attribution.RecipientMemory.Holding;
import io.postern.ingress.source.Source;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class RecipientMemoryTest {
  private final RecipientMemory memory = new RecipientMemory(1_000, 5);

  private Holding holding(int source) {
    return memory.holding(Source.of(InetAddress.ofLiteral("192.0.2." + source)));
  }

  @Test
  void a_source_has_its_part_over_all_its_transactions() {
    Holding one = holding(1);
    Holding two = holding(1);
    assertThat(one.take(40)).isTrue();
    assertThat(two.take(11)).isFalse();
    assertThat(two.take(10)).isTrue();
    one.close();
    one.close();
    assertThat(two.take(40)).isTrue();
    two.close();
    assertThat(memory.free()).isEqualTo(1_000);
  }

  @Test
  void twenty_that_take_all_that_they_can_leave_a_tenth_to_others() {
    RecipientMemory large = new RecipientMemory(8 << 20, 25);
    for (int attacker = 1; attacker <= 20; attacker++) {
      Holding holding = large.holding(Source.of(InetAddress.ofLiteral("198.51.100." + attacker)));
      while (holding.take(500)) {}
    }
    assertThat(large.scarce()).isTrue();
    assertThat(large.free()).isGreaterThan((8 << 20) / 11);
    Holding honest = large.holding(Source.of(InetAddress.ofLiteral("192.0.2.1")));
    for (int recipient = 0; recipient < 800; recipient++) {
      assertThat(honest.take(100)).isTrue();
    }
  }

  @Test
  void where_one_address_is_all_clients_it_may_have_all() {
    Holding all =
        new RecipientMemory(100, 100).holding(Source.of(InetAddress.ofLiteral("192.0.2.1")));
    assertThat(all.take(100)).isTrue();
    assertThat(all.take(1)).isFalse();
  }
}
