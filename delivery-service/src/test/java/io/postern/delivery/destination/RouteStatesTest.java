package io.postern.delivery.destination;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.v1.RouteState;
import io.postern.delivery.destination.Destinations.Admission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RouteStatesTest {
  private final List<RouteState> said = new ArrayList<>();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final AtomicLong clock = new AtomicLong(1);
  private final Destinations destinations =
      DestinationsLab.destinations(
          DestinationsLab.one(1, Duration.ofSeconds(5)), () -> false, clock::get);

  @Test
  void aStateIsSaidWithReplicaAndTime() throws Exception {
    try (RouteStates states = new RouteStates(destinations, "host/1", this::said, registry)) {
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
      assertThat(destinations.acquire(SlotRequest.of("fabrikam", ""), false, () -> true))
          .isInstanceOf(Admission.Grant.class);
      states.publish();
      assertThat(said.getLast().getState()).isEqualTo("probing");
      assertThat(records("told")).isEqualTo(2);
    }
  }

  @Test
  void aStateThatTheLogDoesNotTakeIsPublishedAgain() throws Exception {
    try (RouteStates states =
        new RouteStates(
            destinations,
            "host/1",
            (topic, key, value) -> {
              var unused = said(topic, key, value);
              return CompletableFuture.failedStage(new IllegalStateException("full"));
            },
            registry)) {
      die();
      states.publish();
      clock.addAndGet(Duration.ofMinutes(1).toNanos());
      states.publish();
      assertThat(said).hasSize(2);
      assertThat(records("dropped")).isEqualTo(2);
      assertThat(records("told")).isZero();
    }
  }

  private CompletionStage<Void> said(String topic, String key, byte @Nullable [] value) {
    try {
      RouteState state = RouteState.parseFrom(requireNonNull(value));
      assertThat(topic).isEqualTo("mail.routes");
      assertThat(key).isEqualTo(state.getRoute());
      said.add(state);
      return CompletableFuture.completedStage(null);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  private double records(String result) {
    return registry.counter("postern.delivery.route.records", "result", result).count();
  }

  private void die() throws InterruptedException {
    if (destinations.acquire(SlotRequest.of("fabrikam", ""), false, () -> true)
        instanceof Admission.Grant(Slot slot)) {
      destinations.release(slot, Feedback.FAILED, "refused");
    }
    assertThat(destinations.dead()).isEqualTo(1);
  }
}
