package io.postern.ingress.bounds;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.bounds.Share;
import io.postern.ingress.source.Source;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class MemoryTest {
  private static final Source ONE = source("192.0.2.1");
  private static final Source OTHER = source("192.0.2.2");

  private static Source source(String address) {
    return Source.of(InetAddress.ofLiteral(address));
  }

  @Test
  void so_many_messages_as_fit_the_bytes_and_a_closed_one_is_free_once() throws Exception {
    Memory memory = new Memory(2L * Memory.MESSAGE_BYTES, 1_000, 100);
    Share.Held first = Objects.requireNonNull(memory.message(ONE, Duration.ZERO));
    assertThat(memory.message(ONE, Duration.ZERO)).isNotNull();
    assertThat(memory.message(ONE, Duration.ofMillis(20))).isNull();
    first.close();
    first.close();
    assertThat(memory.freeMessages()).isEqualTo(1);
  }

  @Test
  void one_source_has_a_part_of_the_messages_and_waits_for_its_own() throws Exception {
    Memory memory = new Memory(8L * Memory.MESSAGE_BYTES, 1_000, 25);
    Share.Held first = Objects.requireNonNull(memory.message(ONE, Duration.ZERO));
    assertThat(memory.message(ONE, Duration.ZERO)).isNotNull();
    assertThat(memory.message(ONE, Duration.ofMillis(20))).isNull();
    assertThat(memory.message(OTHER, Duration.ZERO)).isNotNull();
    Thread closing =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    Thread.sleep(50);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  first.close();
                });
    assertThat(memory.message(ONE, Duration.ofSeconds(20))).isNotNull();
    closing.join();
  }

  @Test
  void a_source_has_its_part_of_the_recipients_over_all_its_transactions() {
    Memory memory = new Memory(1 << 20, 1_000, 5);
    Share.Held one = memory.recipients(ONE);
    Share.Held two = memory.recipients(ONE);
    assertThat(one.tryGrow(40)).isTrue();
    assertThat(two.tryGrow(11)).isFalse();
    assertThat(two.tryGrow(10)).isTrue();
    one.close();
    one.close();
    assertThat(two.tryGrow(40)).isTrue();
    two.close();
    assertThat(memory.freeRecipientBytes()).isEqualTo(1_000);
  }

  @Test
  void twenty_that_take_all_that_they_can_leave_a_tenth_to_others() {
    Memory large = new Memory(1 << 20, 8 << 20, 25);
    for (int attacker = 1; attacker <= 20; attacker++) {
      Share.Held holding = large.recipients(source("198.51.100." + attacker));
      while (holding.tryGrow(500)) {}
    }
    assertThat(large.scarce()).isTrue();
    assertThat(large.freeRecipientBytes()).isGreaterThan((8 << 20) / 11);
    Share.Held honest = large.recipients(ONE);
    for (int recipient = 0; recipient < 800; recipient++) {
      assertThat(honest.tryGrow(100)).isTrue();
    }
  }

  @Test
  void where_one_address_is_all_clients_it_may_have_all() {
    Share.Held all = new Memory(1 << 20, 100, 100).recipients(ONE);
    assertThat(all.tryGrow(50)).isTrue();
    assertThat(all.tryGrow(50)).isTrue();
    assertThat(all.tryGrow(1)).isFalse();
  }
}
