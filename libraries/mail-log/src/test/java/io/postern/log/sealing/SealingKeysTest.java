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

    pass(KeyUse.PERIOD.minusMinutes(30));
    away = new LogUnavailableException("away", null);
    assertThatThrownBy(ingress::renew).isSameAs(away);
    assertThat(ingress.current()).isSameAs(log.getFirst());
    pass(Duration.ofMinutes(30));
    assertThat(ingress.current()).isNull();
    away = null;
    ingress.renew();
    assertThat(ingress.current()).isSameAs(log.getLast()).isNotSameAs(log.getFirst());
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
