package io.postern.policy.partner;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A state that grows, as a stream of its states: looked at four times a second, so that no
 * subscriber has a buffer of its own. It ends with the last state, or after half an hour.
 */
final class Live {
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final int MOST_LOOKS = 4 * 60 * 30;

  private Live() {}

  /**
   * @param state in memory; asked for on a worker's thread
   * @param size by which a state differs from the one before
   * @param over it is the last
   */
  static <T> Multi<T> of(Supplier<T> state, Function<T, Object> size, Predicate<T> over) {
    return Multi.createFrom()
        .ticks()
        .every(LOOK)
        .onOverflow()
        .drop()
        .select()
        .first(MOST_LOOKS)
        .emitOn(Infrastructure.getDefaultWorkerPool())
        .map(tick -> state.get())
        .skip()
        .repetitions((one, next) -> size.apply(one).equals(size.apply(next)) ? 0 : 1)
        .onItem()
        .transformToMultiAndConcatenate(
            each ->
                over.test(each)
                    ? Multi.createFrom().items(Optional.of(each), Optional.<T>empty())
                    : Multi.createFrom().items(Optional.of(each)))
        .select()
        .first(Optional::isPresent)
        .map(Optional::orElseThrow);
  }
}
