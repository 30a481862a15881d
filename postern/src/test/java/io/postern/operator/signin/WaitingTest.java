package io.postern.operator.signin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract, which the time of the tests holds as well. */
class WaitingTest {
  static Stream<Waiting> times() {
    return Stream.of(Waiting.system(), new VirtualTime());
  }

  @ParameterizedTest
  @MethodSource("times")
  void afterAPauseItIsLaterByIt(Waiting waiting) throws Exception {
    Instant begin = waiting.now();
    waiting.pause(Duration.ofMillis(20));
    assertThat(waiting.now()).isAfterOrEqualTo(begin.plusMillis(20));
  }
}
