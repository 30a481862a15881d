package io.postern.ingress.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ingress.attribution.RecipientMemory.Holding;
import io.postern.ingress.source.Source;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RecipientMemoryTest {
  private final RecipientMemory memory = new RecipientMemory(100, 25);

  private Holding holding(int source) {
    return memory.holding(Source.of(InetAddress.ofLiteral("192.0.2." + source)));
  }

  @Test
  void a_source_has_its_part_over_all_its_transactions() {
    Holding one = holding(1);
    Holding two = holding(1);
    assertThat(one.take(20)).isTrue();
    assertThat(two.take(6)).isFalse();
    assertThat(two.take(5)).isTrue();
    one.close();
    one.close();
    assertThat(two.take(20)).isTrue();
    two.close();
    assertThat(memory.free()).isEqualTo(100);
  }

  @Test
  void when_nearly_all_is_taken_the_oldest_that_do_not_send_must_end_until_a_fifth_comes_back() {
    List<Holding> holdings = IntStream.range(1, 10).mapToObj(this::holding).toList();
    holdings.forEach(holding -> assertThat(holding.take(8)).isTrue());
    holdings.getFirst().sending();
    assertThat(memory.scarce()).isFalse();
    Holding youngest = holding(99);
    assertThat(youngest.take(10)).isTrue();
    assertThat(memory.scarce()).isTrue();
    assertThat(holdings.stream().filter(Holding::mustEnd)).containsExactly(holdings.get(1));
    assertThat(youngest.mustEnd()).isFalse();
    holdings.get(1).close();
    assertThat(memory.scarce()).isFalse();
  }

  @Test
  void who_finds_none_makes_others_end_as_well() {
    List<Holding> holdings = IntStream.range(1, 5).mapToObj(this::holding).toList();
    holdings.forEach(holding -> assertThat(holding.take(20)).isTrue());
    Holding last = holding(99);
    assertThat(last.take(25)).isFalse();
    assertThat(holdings.getFirst().mustEnd()).isTrue();
    holdings.getFirst().close();
    assertThat(last.take(25)).isTrue();
    assertThat(memory.free()).isEqualTo(15);
  }
}
