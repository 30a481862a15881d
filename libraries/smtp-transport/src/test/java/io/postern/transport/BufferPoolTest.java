package io.postern.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
  @Test
  void neverMoreLargeBuffersThanItKeeps() {
    BufferPool large = new BufferPool(false, 40, 2);
    BufferPool small = new BufferPool(false, 10, 2);
    assertThat(large.takeIfAny()).isNotNull();
    ByteBuffer second = Objects.requireNonNull(large.takeIfAny());
    assertThat(large.takeIfAny()).isNull();
    BufferPool.give(small.take(), large, small);
    assertThat(large.takeIfAny()).isNull();
    BufferPool.give(second.position(7).limit(9), large, small);
    ByteBuffer again = Objects.requireNonNull(large.takeIfAny());
    assertThat(again).isSameAs(second);
    assertThat(again.remaining()).isEqualTo(40);
    assertThat(large.takeIfAny()).isNull();
  }
}
