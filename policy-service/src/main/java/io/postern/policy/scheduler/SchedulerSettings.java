package io.postern.policy.scheduler;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The settings of the scheduler: times of attempts, notices and holds, and the state folder. */
@ConfigMapping(prefix = "postern.schedule")
public interface SchedulerSettings {
  /** From each attempt that failed to the next one; the last interval repeats. */
  @WithDefault("1m,5m,15m,30m,1h")
  List<Duration> intervals();

  /** The same after a DANE failure, which the domain's owner must mend. */
  @WithDefault("15m,15m,1h")
  List<Duration> daneIntervals();

  /** Age of a waiting message at which its sender gets a notice of the delay. */
  @WithDefault("4h")
  Duration delayNotice();

  /** Longest hold; then the message is cancelled, and its sender gets a notice. At most 14 days. */
  @WithDefault("14d")
  Duration holdLimit();

  /**
   * How long a delivery that its owner has handed over may stay open before the recipient is tried
   * again: longer than 60 s, delivery-service's time-out for the reply to the final dot and 15 s
   * together, or mail is sent twice. At least 75 s.
   */
  @WithDefault("690s")
  Duration watch();

  /** Folder of the schedule's local copy. Per replica, never shared, not a temporary folder. */
  @WithDefault("postern-schedule")
  Path stateFolder();

  /**
   * @throws IllegalArgumentException with a sentence that names the key and the cure
   */
  default ScheduleTimes times() {
    return new ScheduleTimes(intervals(), daneIntervals(), delayNotice(), holdLimit(), watch());
  }
}
