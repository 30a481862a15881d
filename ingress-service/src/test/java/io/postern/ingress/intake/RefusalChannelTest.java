package io.postern.ingress.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.v1.MessageRefused;
import org.junit.jupiter.api.Test;

class RefusalChannelTest {
  private static final MessageRefused LARGE =
      MessageRefused.newBuilder().setText("x".repeat(100_000)).build();

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final WaitingSink sink = new WaitingSink();
  private final RefusalChannel channel = new RefusalChannel(sink, registry);

  @Test
  void G6_while_the_log_takes_none_some_MiB_wait_and_the_newest_are_dropped_and_counted() {
    for (int i = 0; i < 100; i++) {
      channel.record(LARGE);
    }
    assertThat(sink.waiting).hasSize(41); // 4 MiB
    assertThat(records("dropped")).isEqualTo(59);
    sink.waiting.forEach(done -> done.complete(null));
    assertThat(records("told")).isEqualTo(41);
    channel.record(LARGE);
    assertThat(sink.waiting).hasSize(42);
  }

  @Test
  void a_record_without_room_leaves_no_bytes_behind() {
    sink.full = true;
    for (int i = 0; i < 100; i++) {
      channel.record(LARGE);
    }
    assertThat(records("dropped")).isEqualTo(100);
    sink.full = false;
    channel.record(LARGE);
    assertThat(sink.waiting).hasSize(1);
  }

  private double records(String result) {
    return registry.get("postern.ingress.refusal.records").tag("result", result).counter().count();
  }
}
