package io.postern.stack.load;

import java.util.Map;

/**
 * What a run of load has seen of the relay.
 *
 * @param id of the run
 * @param failures by reply code and command, or by what broke
 * @param seconds from the start to the last message that was accepted
 * @param acceptLatency from the last octet written to the reply
 * @param begun when each message's MAIL was written, or was planned to be
 * @param acceptedAt when each one's positive reply came
 * @param cpu seconds that this process used meanwhile
 */
record LoadResult(
    String id,
    int accepted,
    Map<String, Integer> failures,
    double seconds,
    Samples acceptLatency,
    Times begun,
    Times acceptedAt,
    double cpu) {
  LoadResult withCpu(double used) {
    return new LoadResult(id, accepted, failures, seconds, acceptLatency, begun, acceptedAt, used);
  }

  int failed() {
    return failures.values().stream().mapToInt(Integer::intValue).sum();
  }
}
