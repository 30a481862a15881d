package io.postern.log.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.ReplicaAnnounced;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ContractLevelsTest {
  private static final long NOW = Duration.ofDays(20_000).toMillis();

  private final ContractLevels levels = new ContractLevels();

  private static ReplicaAnnounced replica(String name, int reads) {
    return ReplicaAnnounced.newBuilder()
        .setReplica(name)
        .setService("delivery")
        .setVersion("0.9")
        .setReads(reads)
        .build();
  }

  private static long before(int minutes) {
    return NOW - Duration.ofMinutes(minutes).toMillis();
  }

  @Test
  void theFirstLevelNeedsNoRecordAndNoLevelFalls() {
    assertThat(levels.inForce()).isEqualTo(1);
    assertThat(levels.writes(1)).isTrue();
    assertThat(levels.writes(2)).isFalse();
    levels.raised(3);
    levels.raised(2);
    assertThat(levels.inForce()).isEqualTo(3);
    assertThat(levels.writes(3)).isTrue();
  }

  @Test
  void aLevelWhoseRecordIsLostIsKnownFromTheReplicas() {
    levels.announced(replica("a", 2).toBuilder().setInForce(2).build(), NOW);
    levels.announced(replica("b", 2), NOW);
    assertThat(levels.inForce()).isEqualTo(2);
  }

  @Test
  void aReplicaThatDoesNotReadTheLevelIsNamedWithTheCure() {
    levels.announced(replica("a", 2), NOW);
    levels.announced(replica("b", 1), before(1));
    levels.announced(replica("c", 1), before(14));
    assertThat(levels.hindrances(2, NOW))
        .containsExactly(
            "delivery b (version 0.9) reads level 1: update it, or stop it",
            "delivery c (version 0.9) reads level 1: update it, or stop it; if it is gone, wait until"
                + " it has been silent for 15 minutes, now 14");
  }

  @Test
  void aReplicaThatHasStoppedOrWasSilentForLongIsNotWaitedFor() {
    levels.announced(replica("a", 2), NOW);
    levels.announced(replica("b", 1), before(2));
    levels.announced(replica("b", 1).toBuilder().setStops(true).build(), before(1));
    levels.announced(replica("c", 1), before(15));
    levels.announced(replica("d", 2), before(20));
    assertThat(levels.hindrances(2, NOW)).isEmpty();
    assertThat(levels.replicas())
        .extracting(ContractLevels.Replica::name)
        .containsExactly("a", "c", "d");
  }

  @Test
  void aLevelThatNobodyReadsIsOfALaterVersion() {
    assertThat(levels.hindrances(2, NOW)).hasSize(1);
    levels.announced(replica("a", 1), NOW);
    assertThat(levels.hindrances(2, NOW))
        .containsExactly("no replica reads level 2: it is of a later version");
  }

  @Test
  void aReplicaThatWasNotHeardForAnHourIsForgotten() {
    levels.announced(replica("a", 1), before(61));
    levels.announced(replica("b", 1), NOW);
    assertThat(levels.replicas()).extracting(ContractLevels.Replica::name).containsExactly("b");
  }
}
