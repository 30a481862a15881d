package io.postern.delivery.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.contracts.v1.RouteState;
import io.postern.delivery.destination.Destinations.Admission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RouteStatesTest {
  private final AtomicLong clock = new AtomicLong(1);
  private final Destinations destinations =
      DestinationsLab.destinations(
          DestinationsLab.one(1, Duration.ofSeconds(5)), () -> false, clock::get);

  @Test
  void aStateIsSaidWithReplicaAndTime() throws Exception {
    List<RouteState> said = new ArrayList<>();
    try (RouteStates states = new RouteStates(destinations, "host/1", said::add)) {
      states.publish();
      assertThat(said).isEmpty();
      die();
      long before = System.currentTimeMillis();
      states.publish();
      assertThat(said)
          .singleElement()
          .satisfies(
              state -> {
                assertThat(state.getRoute()).isEqualTo("fabrikam");
                assertThat(state.getReplica()).isEqualTo("host/1");
                assertThat(state.getState()).isEqualTo("dead");
                assertThat(state.getAtMillis()).isGreaterThanOrEqualTo(before);
              });
      clock.addAndGet(Duration.ofSeconds(10).toNanos());
      assertThat(destinations.acquire("fabrikam", () -> true)).isInstanceOf(Admission.Grant.class);
      states.publish();
      assertThat(said.getLast().getState()).isEqualTo("probing");
    }
  }

  @Test
  void aStateThatTheLogDoesNotTakeIsPublishedAgain() throws Exception {
    List<RouteState> said = new ArrayList<>();
    try (RouteStates states =
        new RouteStates(
            destinations,
            "host/1",
            state -> {
              said.add(state);
              throw new IllegalStateException("full");
            })) {
      die();
      assertThatThrownBy(states::publish).hasMessage("full"); // Every goes on
      clock.addAndGet(Duration.ofMinutes(1).toNanos());
      assertThatThrownBy(states::publish).hasMessage("full");
      assertThat(said).hasSize(2);
    }
  }

  private void die() throws InterruptedException {
    if (destinations.acquire("fabrikam", () -> true) instanceof Admission.Grant(Slot slot)) {
      destinations.release(slot, Feedback.FAILED, "refused");
    }
    assertThat(destinations.dead()).isEqualTo(1);
  }
}
