package io.postern.e2e.kills;

import java.time.Duration;

/**
 * How long things may take in a run, so that a short one has time for retries too.
 *
 * @param intervals of the schedule, as the setting is written
 * @param watch how long a delivery that was handed over is waited for
 * @param block how long delivery waits for a block of content to be taken
 * @param end how long delivery waits for the reply to the final dot
 * @param longestHang of a peer; well below {@code end}, since both are measured on a busy machine
 * @param drain how long it may take after the load until nothing is pending
 * @param lookAgain of the last audit
 */
record Profile(
    String intervals,
    Duration watch,
    Duration block,
    Duration end,
    Duration longestHang,
    Duration drain,
    Duration lookAgain) {
  /** Hangs end before a delivery would be watched: no run has to wait for a watch's end. */
  static final Profile SHORT =
      new Profile(
          "1s,2s,3s,5s",
          Duration.ofSeconds(100),
          Duration.ofSeconds(10),
          Duration.ofSeconds(25),
          Duration.ofSeconds(10),
          Duration.ofSeconds(180),
          Duration.ofSeconds(3));

  /** Where what is pending is expected to be lost, so that nobody waits for it. */
  static final Profile MUTATED =
      new Profile(
          "1s,2s,3s,5s",
          Duration.ofSeconds(140),
          Duration.ofSeconds(60), // longer than the pause of a deliverer that is to send its dot
          Duration.ofSeconds(60), // longer than a peer holds its 250 until the deliverer is dead
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofSeconds(2));

  /** A retry is late by as much as the clocks of policy-service's replicas differ. */
  static final Profile CLOCKS =
      new Profile(
          SHORT.intervals,
          SHORT.watch,
          SHORT.block,
          SHORT.end,
          SHORT.longestHang,
          Duration.ofMinutes(15),
          SHORT.lookAgain);

  static final Profile LONG =
      new Profile(
          "2s,5s,10s,20s,30s",
          Duration.ofSeconds(120),
          Duration.ofSeconds(10),
          Duration.ofSeconds(45),
          Duration.ofSeconds(35),
          Duration.ofMinutes(15),
          Duration.ofSeconds(30));
}
