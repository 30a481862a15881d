package io.postern.certificate.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.postern.certificate.revocation.FetchException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class HttpTurnsTest {
  private static final String SLOW = "slow.example:80";
  private static final Duration SHORT = Duration.ofMillis(50);
  private static final Duration LONG = Duration.ofSeconds(20);

  private final HttpTurns turns = new HttpTurns(5, 4);

  private List<HttpTurns.Turn> takeFour() throws Exception {
    List<HttpTurns.Turn> taken = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      taken.add(turns.take(SLOW, SHORT));
    }
    return taken;
  }

  private Kind busy(String host) {
    return Objects.requireNonNull(
            catchThrowableOfType(FetchException.class, () -> turns.take(host, SHORT)))
        .kind();
  }

  @Test
  void whoGetsNoTurnInTimeIsToldThatItIsBusyAndLeavesNothingBehind() throws Exception {
    List<HttpTurns.Turn> taken = takeFour();
    assertThat(busy(SLOW)).isEqualTo(Kind.BUSY);
    taken.add(turns.take("other.example:80", SHORT));
    assertThat(busy("third.example:80")).isEqualTo(Kind.BUSY);
    assertThat(turns.hosts()).isEqualTo(2);
    taken.forEach(HttpTurns.Turn::close);
    assertThat(turns.hosts()).isZero();
    takeFour().forEach(HttpTurns.Turn::close);
  }

  @Test
  void thoseWhoWaitForASlowHostLeaveTheRestToOthers() throws Exception {
    List<HttpTurns.Turn> taken = takeFour();
    try (ExecutorService side = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<HttpTurns.Turn>> waiting = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        waiting.add(side.submit(() -> turns.take(SLOW, LONG)));
      }
      Awaitility.await().until(() -> turns.users(SLOW) == 7);
      turns.take("other.example:80", SHORT).close();
      taken.forEach(HttpTurns.Turn::close);
      for (Future<HttpTurns.Turn> one : waiting) {
        one.get().close();
      }
    }
    assertThat(turns.hosts()).isZero();
  }
}
