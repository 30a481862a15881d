package io.postern.certificate.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.postern.certificate.fetch.FetchException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpTurnsTest {
  private static final String SLOW = "slow.example";
  private static final Duration SHORT = Duration.ofMillis(50);
  private static final Duration LONG = Duration.ofSeconds(20);

  private final HttpTurns turns = new HttpTurns(5, 4);

  private List<Shares.Turn> takeFour() throws Exception {
    List<Shares.Turn> taken = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      taken.add(turns.take(SLOW, 80, SHORT));
    }
    return taken;
  }

  private Kind busy(String host) {
    return Objects.requireNonNull(
            catchThrowableOfType(FetchException.class, () -> turns.take(host, 80, SHORT)))
        .kind();
  }

  @Test
  void whoGetsNoTurnInTimeIsToldThatItIsBusyAndLeavesNothingBehind() throws Exception {
    List<Shares.Turn> taken = takeFour();
    assertThat(busy(SLOW)).isEqualTo(Kind.BUSY);
    taken.add(turns.take("other.example", 80, SHORT));
    assertThat(busy("third.example")).isEqualTo(Kind.BUSY);
    assertThat(turns.hosts()).isEqualTo(2);
    taken.forEach(Shares.Turn::close);
    assertThat(turns.hosts()).isZero();
    takeFour().forEach(Shares.Turn::close);
  }

  @Test
  void thoseWhoWaitForASlowHostLeaveTheRestToOthers() throws Exception {
    List<Shares.Turn> taken = takeFour();
    try (ExecutorService side = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Shares.Turn>> waiting = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        waiting.add(side.submit(() -> turns.take(SLOW, 80, LONG)));
      }
      Awaitility.await().until(() -> turns.users(SLOW, 80) == 7);
      turns.take("other.example", 80, SHORT).close();
      taken.forEach(Shares.Turn::close);
      for (Future<Shares.Turn> one : waiting) {
        one.get().close();
      }
    }
    assertThat(turns.hosts()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.example", "q7x.pw", "evil.co.uk"})
  void manyNamesOfOneDomainLeaveTheRestToOthers(String domain) throws Exception {
    HttpTurns many = new HttpTurns(16, 1);
    List<Shares.Turn> taken = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      taken.add(many.take("n" + i + "." + domain, 80, SHORT));
    }
    FetchException busy =
        Objects.requireNonNull(
            catchThrowableOfType(FetchException.class, () -> many.take("n9." + domain, 80, SHORT)));
    assertThat(busy.kind()).isEqualTo(Kind.BUSY);
    taken.add(many.take("crl.partner.example", 80, SHORT));
    taken.forEach(Shares.Turn::close);
    many.take("n9." + domain, 80, SHORT).close();
    assertThat(many.hosts()).isZero();
  }
}
