package io.postern.delivery.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.delivery.destination.Destinations.Admission;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class DestinationsTest {
  private static final Executor VIRTUAL = Thread::startVirtualThread;
  private final Destinations destinations = new Destinations(1);

  @Test
  void aFullDestinationDoesNotHoldUpAnother() throws Exception {
    assertThat(destinations.acquire("a", () -> true)).isInstanceOf(Admission.Granted.class);
    CompletableFuture<Admission> waiting = inLine("a", new AtomicBoolean(true));
    assertThat(destinations.acquire("b", () -> true)).isInstanceOf(Admission.Granted.class);
    destinations.release("a");
    assertThat(waiting.get(5, TimeUnit.SECONDS)).isInstanceOf(Admission.Granted.class);
    assertThat(destinations.busy()).isEqualTo(2);
    assertThat(destinations.waiting()).isZero();
  }

  @Test
  void whoWaitsForADeadDestinationIsToldAtOnce() throws Exception {
    destinations.acquire("a", () -> true);
    CompletableFuture<Admission> waiting = inLine("a", new AtomicBoolean(true));
    destinations.unreachable("a", "connect-failed", "refused");
    assertThat(waiting.get(5, TimeUnit.SECONDS))
        .isEqualTo(new Admission.Unreachable("connect-failed", "refused"));
    destinations.release("a");
    assertThat(destinations.acquire("a", () -> true)).isInstanceOf(Admission.Granted.class);
  }

  @Test
  void whoLosesOwnershipLeavesTheLine() throws Exception {
    destinations.acquire("a", () -> true);
    AtomicBoolean owned = new AtomicBoolean(true);
    CompletableFuture<Admission> waiting = inLine("a", owned);
    owned.set(false);
    assertThat(waiting.get(5, TimeUnit.SECONDS)).isInstanceOf(Admission.Lost.class);
    assertThat(destinations.waiting()).isZero();
  }

  @Test
  void aSlotGivenBackTwiceIsAnError() throws Exception {
    destinations.acquire("a", () -> true);
    destinations.release("a");
    assertThatThrownBy(() -> destinations.release("a")).isInstanceOf(IllegalStateException.class);
  }

  private CompletableFuture<Admission> inLine(String route, AtomicBoolean owned) {
    int before = destinations.waiting();
    CompletableFuture<Admission> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return destinations.acquire(route, owned::get);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            },
            VIRTUAL);
    Awaitility.await()
        .atMost(Duration.ofSeconds(5))
        .until(() -> destinations.waiting() > before || waiting.isDone());
    return waiting;
  }
}
