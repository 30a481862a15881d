package io.postern.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HellosTest {

  @Test
  void fuzzAnyOctetsReadAsNotKnownOrAsAGroupAndAreLeftAsTheyWere() {
    Random random = new Random(9);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(120)];
      random.nextBytes(bytes);
      if (bytes.length > 12) {
        bytes[0] = 22;
        bytes[3] = 0;
        bytes[5] = (byte) (1 + i % 2);
        for (int k = 44; k < bytes.length; k++) {
          bytes[k] &= 0x3f; // small lengths, and extension 43 and 51 now and then
        }
      }
      ByteBuffer record = ByteBuffer.wrap(bytes);
      assertThat(Hellos.group(record)).matches("[A-Za-z0-9]*");
      if (Hellos.needsRsa(record, true)) {
        assertThat(Hellos.needsRsa(record, false)).isTrue();
      }
      assertThat(record.position()).isZero();
      assertThat(record.remaining()).isEqualTo(bytes.length);
    }
  }
}
