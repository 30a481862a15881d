package io.postern.certificate.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.HandshakeSeen;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** After a restart the partitions come one after the other, whatever was written when. */
class NewestRecordsTest {
  private static final int BYTES = handshake("a", 1).getSerializedSize();

  private final NewestRecords<HandshakeSeen> newest = ofAtMost(3, 1 << 20);

  private static NewestRecords<HandshakeSeen> ofAtMost(int count, long bytes) {
    return new NewestRecords<>(
        HandshakeSeen.parser(), HandshakeSeen::getLastSeenMillis, count, bytes);
  }

  private static HandshakeSeen handshake(String peer, long seen) {
    return HandshakeSeen.newBuilder().setPeer(peer).setLastSeenMillis(seen).build();
  }

  private static void take(
      NewestRecords<HandshakeSeen> newest, int partition, String key, byte @Nullable [] value) {
    newest.take(new ConsumerRecord<>("topic", partition, 0, key, value));
  }

  private void take(int partition, String key, long seen) {
    take(newest, partition, key, handshake(key, seen).toByteArray());
  }

  private List<String> peers() {
    return newest.since(Instant.EPOCH).stream().map(HandshakeSeen::getPeer).toList();
  }

  @Test
  void theOrderIsThatOfTheTimesStatedAndNotOfThePartitions() {
    take(1, "b", 20);
    take(1, "d", 40);
    take(0, "a", 10);
    assertThat(peers()).containsExactly("a", "b", "d");
    take(0, "a", 30); // seen again
    assertThat(peers()).containsExactly("b", "a", "d");
  }

  @Test
  void theOldestOneIsForgottenAndNotTheOneThatWasReadFirst() {
    take(1, "d", 40);
    take(1, "b", 20);
    take(0, "a", 10);
    take(0, "c", 30);
    assertThat(peers()).containsExactly("b", "c", "d");
    take(0, "older than all", 5);
    assertThat(peers()).containsExactly("b", "c", "d");
    assertThat(newest.get("a")).isNull();
  }

  @Test
  void bytesAreBoundedAndGivenBack() {
    NewestRecords<HandshakeSeen> two = ofAtMost(100, 2L * BYTES);
    for (int i = 1; i <= 50; i++) {
      take(two, 0, "a", handshake("a", i).toByteArray());
      take(two, 1, "b", handshake("b", i).toByteArray());
    }
    assertThat(two.since(Instant.EPOCH)).hasSize(2);
    take(two, 0, "c", handshake("c", 60).toByteArray());
    assertThat(two.since(Instant.EPOCH))
        .extracting(HandshakeSeen::getPeer)
        .containsExactly("b", "c");
    take(two, 1, "b", null);
    take(two, 0, "c", new byte[] {1}); // unreadable: what was known of it is not true any more
    assertThat(two.since(Instant.EPOCH)).isEmpty();
    take(two, 0, "a", handshake("a", 1).toByteArray());
    take(two, 0, "b", handshake("b", 1).toByteArray());
    assertThat(two.since(Instant.EPOCH)).hasSize(2);
  }

  @Test
  void whatIsReadAgainIsNotThereTwice() {
    take(0, "a", 10);
    newest.complete();
    newest.begin();
    assertThat(newest.isComplete()).isFalse();
    assertThat(newest.since(Instant.EPOCH)).isEmpty();
    take(0, "a", 10);
    assertThat(peers()).containsExactly("a");
  }
}
