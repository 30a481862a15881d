package io.postern.policy.scheduler;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Schedule. Times of attempts, notifications and holds. */
@ConfigMapping(prefix = "postern.schedule")
public interface SchedulerSettings {
  /**
   * Time from each failed attempt to the next one, give or take a tenth. The last interval repeats.
   */
  @WithDefault("1m,5m,15m,30m,1h")
  List<Duration> intervals();

  /**
   * The same after a DANE failure (reasons {@code dane-...}), which the domain's owner must fix.
   */
  @WithDefault("15m,15m,1h")
  List<Duration> daneIntervals();

  /** Age of a queued message at which its sender gets a notification of the delay. */
  @WithDefault("4h")
  Duration delayNotice();

  /**
   * Longest hold, at most 14 days. Then the message is cancelled and its sender gets a
   * notification.
   */
  @WithDefault("14d")
  Duration holdLimit();

  /**
   * How long a delivery that its owner has handed over may stay open before the recipient is tried
   * again, at least 75 s. It must be longer than 60 s plus {@code postern.delivery.timeout.end} of
   * delivery-service plus 15 s, or mail is sent twice. The service cannot check that.
   */
  @WithDefault("690s")
  Duration watch();

  /**
   * Folder of the local copy of the schedule, restored from Kafka at each start. Each replica needs
   * its own folder, and not a temporary one.
   */
  @WithDefault("postern-schedule")
  Path stateFolder();

  /**
   * @throws IllegalArgumentException with a sentence that names the key and the cure
   */
  default ScheduleTimes times() {
    return new ScheduleTimes(intervals(), daneIntervals(), delayNotice(), holdLimit(), watch());
  }
}
