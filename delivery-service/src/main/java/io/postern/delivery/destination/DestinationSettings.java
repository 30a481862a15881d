package io.postern.delivery.destination;

import java.time.Duration;

/**
 * The bounds of deliveries to one destination.
 *
 * @param initial deliveries at a time to a destination that is not known yet, in the whole group
 * @param limit the most deliveries at a time, in the whole group
 * @param messagesPerMinute deliveries that begin in a minute at most, in the whole group; 0: any
 *     number
 * @param failures in a row without anything that got through: it counts as dead
 * @param probePause from its death to the first probe; each failed one doubles it
 * @param longestProbePause the most that it grows to
 * @param patience in line for a slot, then handed back
 * @param shortestHandBack before a delivery handed back comes again
 * @param longestHandBack the most that it is asked to stay away, from the next probe on if dead
 * @param kept destinations remembered
 */
public record DestinationSettings(
    int initial,
    int limit,
    int messagesPerMinute,
    int failures,
    Duration probePause,
    Duration longestProbePause,
    Duration patience,
    Duration shortestHandBack,
    Duration longestHandBack,
    int kept) {
  public DestinationSettings {
    initial = Math.min(initial, limit);
  }

  /**
   * For the addresses of mail hosts, each of which may serve many destinations. None is ever dead:
   * only destinations are.
   *
   * @param most sessions at a time; a fifth of them with an address that is not known yet
   * @param perMinute sessions that begin in a minute; 0: any number
   */
  public DestinationSettings ofHosts(int most, int perMinute) {
    return new DestinationSettings(
        Math.max(1, most / 5),
        most,
        perMinute,
        Integer.MAX_VALUE,
        probePause,
        longestProbePause,
        patience,
        shortestHandBack,
        longestHandBack,
        kept);
  }
}
