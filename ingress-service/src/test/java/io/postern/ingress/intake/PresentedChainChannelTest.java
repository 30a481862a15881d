package io.postern.ingress.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.PresentedChain;
import io.postern.ingress.bounds.SourceBound;
import io.postern.ingress.source.Source;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Chains in certificate.presented: once a day, and no more than the bounds. */
class PresentedChainChannelTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final WaitingSink sink = new WaitingSink();
  private long now;
  private final PresentedChainChannel channel =
      new PresentedChainChannel(sink, registry, () -> now);

  private static Source source(int number) throws Exception {
    return Source.of(
        InetAddress.getByAddress(
            new byte[] {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number}));
  }

  private boolean keep(int source, String chain, boolean proved) throws Exception {
    return keep(source, chain.getBytes(StandardCharsets.UTF_8), proved);
  }

  private boolean keep(int source, byte[] leaf, boolean proved) throws Exception {
    List<byte[]> chain = List.of(leaf);
    return channel.keep(source(source), Fingerprints.chain(chain), chain, new byte[] {7}, proved);
  }

  private double count(String result) {
    return registry.counter("postern.ingress.chain.records", "result", result).count();
  }

  @Test
  void aChainIsRecordedOnceADay() throws Exception {
    assertThat(keep(1, "chain", false)).isTrue();
    assertThat(keep(2, "chain", false)).as("another source shows it").isTrue();
    assertThat(sink.values).hasSize(1);
    PresentedChain record = PresentedChain.parseFrom(sink.values.getFirst());
    assertThat(record.getCertificates(0).toStringUtf8()).isEqualTo("chain");
    assertThat(record.getFingerprint().toByteArray())
        .isEqualTo(Fingerprints.chain(List.of("chain".getBytes(StandardCharsets.UTF_8))));
    assertThat(record.getStapledOcsp().toByteArray()).containsExactly(7);
    assertThat(record.getSeenMillis()).isPositive();
    now += Duration.ofDays(1).toNanos();
    assertThat(keep(1, "chain", false)).isTrue();
    assertThat(sink.values).hasSize(2);
  }

  @Test
  void aStrangerWithANewChainInEachSessionFillsNeitherTheLogNorAnothersRoom() throws Exception {
    sink.writes = true;
    int kept = 0;
    for (int i = 0; i < 1_000; i++) {
      kept += keep(1, "stranger " + i, false) ? 1 : 0;
    }
    assertThat(kept).isEqualTo(SourceBound.CHAINS.most());
    assertThat(keep(2, "another's", false)).isTrue();
    for (int i = 0; i < 10_000; i++) {
      keep(10 + i, "strangers " + i, false);
    }
    assertThat(sink.values).hasSize(PresentedChainChannel.MOST_UNPROVED);
    assertThat(keep(3, "late stranger", false)).isFalse();
    assertThat(keep(3, "partner", true)).as("a good chain has room of its own").isTrue();
    assertThat(keep(1, "partner", false)).as("it is there").isTrue();
    assertThat(count("dropped")).isGreaterThan(10_000);
    now += Duration.ofHours(1).toNanos();
    assertThat(keep(3, "late stranger", false)).isTrue();
  }

  @Test
  void bytesAreBoundedToo() throws Exception {
    sink.writes = true;
    assertThat(keep(1, new byte[PresentedChainChannel.MOST_BYTES + 1], true)).isFalse();
    int bytes = 0;
    for (int i = 0; i < 400; i++) {
      byte[] large = new byte[PresentedChainChannel.MOST_BYTES - 1];
      large[0] = (byte) i;
      large[1] = (byte) (i >> 8);
      bytes += keep(i, large, false) ? large.length : 0;
    }
    assertThat(bytes)
        .isLessThanOrEqualTo(PresentedChainChannel.UNPROVED_BYTES)
        .isGreaterThan(PresentedChainChannel.UNPROVED_BYTES / 2);
  }

  @Test
  void aRecordThatTheLogDoesNotTakeIsTriedAgain() throws Exception {
    sink.full = true;
    assertThat(keep(1, "chain", false)).isFalse();
    sink.full = false;
    assertThat(keep(1, "chain", false)).isTrue();
    assertThat(sink.values).hasSize(1);
  }
}
