package io.postern.log.sealing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.log.LogUnavailableException;
import io.postern.log.rules.KeyUse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Keys of both sides, by a clock that the test holds. */
class SealingKeysTest {
  private final List<SealingKey> log = new ArrayList<>();
  private long now;
  private int reads;
  private @Nullable LogUnavailableException away;
  private final SealingKeys ingress = new SealingKeys(this::write, () -> now);
  private final ContentKeys delivery = new ContentKeys(this::read, () -> now);

  private void write(SealingKey key) throws LogUnavailableException {
    if (away != null) {
      throw away;
    }
    log.add(key);
  }

  private Map<String, SealingKey> read() throws LogUnavailableException {
    reads++;
    if (away != null) {
      throw away;
    }
    return log.stream().collect(Collectors.toMap(SealingKey::id, key -> key));
  }

  /** Every ten seconds, as ingress does. */
  private void goOn(Duration time) throws Exception {
    for (long until = now + time.toNanos(); now < until; pass(Duration.ofSeconds(10))) {
      ingress.renew();
    }
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  @Test
  void aKeyIsUsedWhenTheLogHasItAndForItsHours() throws Exception {
    assertThat(ingress.current()).isNull();
    away = new LogUnavailableException("away", null);
    assertThatThrownBy(ingress::renew).isSameAs(away);
    assertThat(ingress.current()).isNull();
    away = null;
    ingress.renew();
    ingress.renew();
    assertThat(log).hasSize(1);
    assertThat(ingress.current()).isSameAs(log.getFirst());

    goOn(Duration.ofMinutes(110));
    assertThat(log).containsOnly(log.getFirst());
    assertThat(ingress.current()).isSameAs(log.getFirst());
    goOn(Duration.ofMinutes(20));
    assertThat(ingress.current()).isSameAs(log.getLast()).isNotSameAs(log.getFirst());

    pass(KeyUse.PERIOD);
    assertThat(ingress.current()).isNull();
    SealingKey old = log.getLast();
    ingress.renew();
    assertThat(log.get(log.size() - 2))
        .as("its time is over: it is not written again")
        .isSameAs(old);
    assertThat(ingress.current()).isSameAs(log.getLast()).isNotSameAs(old);
  }

  @Test
  void aTopicThatLostTheKeyInUseHasItAgain() throws Exception {
    ingress.renew();
    SealingKey key = Objects.requireNonNull(ingress.current());
    goOn(Duration.ofMinutes(10));
    log.clear();
    assertThat(delivery.find(key.id())).isNull();

    goOn(KeyUse.AGAIN);
    assertThat(ingress.current()).isSameAs(key);
    assertThat(delivery.find(key.id())).isSameAs(key);
  }

  /** What is sealed after a loss has its key when the log takes records again. */
  @Test
  void aKeyWhoseRecordIsNotTakenAgainSealsNothingSoon() throws Exception {
    ingress.renew();
    SealingKey key = Objects.requireNonNull(ingress.current());
    log.clear();
    away = new LogUnavailableException("the topic is gone", null);
    pass(KeyUse.AGAIN);
    assertThatThrownBy(ingress::renew).isSameAs(away);
    assertThat(ingress.current()).isSameAs(key);
    pass(KeyUse.CONFIRMED.minus(KeyUse.AGAIN));
    assertThatThrownBy(ingress::renew).isSameAs(away);
    assertThat(ingress.current()).isNull();

    away = null;
    ingress.renew();
    assertThat(ingress.current()).isSameAs(key);
    assertThat(log).containsExactly(key);
  }

  @Test
  void theLastKeyIsWrittenOnceMoreBeforeTheNextOne() throws Exception {
    ingress.renew();
    SealingKey key = Objects.requireNonNull(ingress.current());
    pass(Duration.ofHours(2));
    log.clear();
    ingress.renew();
    assertThat(log).hasSize(2).startsWith(key);
    assertThat(ingress.current()).isSameAs(log.getLast());
  }

  @Test
  void theLogIsReadForAKeyThatIsNotKnownAndForALostOneNotEachTime() throws Exception {
    ingress.renew();
    String id = Objects.requireNonNull(ingress.current()).id();
    assertThat(delivery.find(id)).isSameAs(ingress.current());
    assertThat(delivery.find(id)).isNotNull();
    assertThat(reads).isEqualTo(1);

    SealingKey lost = SealingKey.random();
    assertThat(delivery.find(lost.id())).isNull();
    assertThat(delivery.find(lost.id())).isNull();
    assertThat(reads).isEqualTo(2);
    log.add(lost);
    pass(Duration.ofSeconds(30));
    assertThat(delivery.find(lost.id())).isSameAs(lost);
    assertThat(reads).isEqualTo(3);
  }

  /** And no longer than a day after it, whatever times the log's records have. */
  @Test
  void aKeyIsKnownAsLongAsTheLogHasIt() throws Exception {
    SealingKey first = SealingKey.random();
    SealingKey second = SealingKey.random();
    log.addAll(List.of(first, second));
    assertThat(delivery.find(first.id())).isSameAs(first);
    log.remove(first);
    pass(Duration.ofDays(1));
    assertThat(delivery.find(first.id())).isSameAs(first);
    assertThat(reads).isEqualTo(1);

    pass(Duration.ofSeconds(1));
    assertThat(delivery.find(second.id())).isSameAs(second);
    assertThat(delivery.find(first.id())).isNull();
    assertThat(delivery.find(second.id())).isSameAs(second);
    assertThat(reads).isEqualTo(3);
  }

  @Test
  void aLogThatIsAwayIsNoLostKey() {
    away = new LogUnavailableException("away", null);
    assertThatThrownBy(() -> delivery.find(SealingKey.random().id())).isSameAs(away);
  }
}
