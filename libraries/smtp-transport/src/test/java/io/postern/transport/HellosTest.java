package io.postern.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.ReferenceCountUtil;
import io.postern.contracts.v1.TlsVersion;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
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
      assertThat(Hellos.isServerHello(record))
          .isEqualTo(
              bytes.length > 12 && bytes[5] == 2 && bytes.length >= Hellos.recordLength(record));
      if (Hellos.needsRsa(record, true)) {
        assertThat(Hellos.needsRsa(record, false)).isTrue();
      }
      readable(ClientHello.read(record));
      assertThat(record.position()).isZero();
      assertThat(record.remaining()).isEqualTo(bytes.length);
    }
  }

  @Test
  void fuzzAHelloThatIsDamagedOrCutReadsAsNotKnownOrWithinItsBoundsAndIsLeftAsItWas()
      throws Exception {
    byte[] whole = hello();
    Random random = new Random(10);
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = Arrays.copyOf(whole, whole.length - (i % 3 == 0 ? random.nextInt(400) : 0));
      for (int k = random.nextInt(6); k > 0; k--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      ByteBuffer record = ByteBuffer.wrap(bytes);
      read += readable(ClientHello.read(record));
      assertThat(record.position()).isZero();
      assertThat(record.remaining()).isEqualTo(bytes.length);
    }
    assertThat(read).isBetween(1_000, 19_999);
  }

  private static int readable(Optional<ClientHello> hello) {
    hello.ifPresent(
        said -> {
          assertThat(List.of(said.suites(), said.versions(), said.signatureAlgorithms()))
              .allMatch(list -> list.length <= ClientHello.MOST);
          assertThat(said.verifiableKeys()).isNotNull();
        });
    return hello.isPresent() ? 1 : 0;
  }

  private static byte[] hello() throws SSLException {
    try (TlsClient client = new TlsClient(null, TlsVersion.TLS_1_2)) {
      SSLEngine engine =
          client.newEngine(new InetSocketAddress("127.0.0.1", 25), "mx.example", true, "");
      try {
        ByteBuffer hello = new MemoryHandshake(engine).hello();
        byte[] bytes = new byte[hello.remaining()];
        hello.get(bytes);
        return bytes;
      } finally {
        ReferenceCountUtil.release(engine);
      }
    }
  }
}
