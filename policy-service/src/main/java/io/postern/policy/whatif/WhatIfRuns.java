package io.postern.policy.whatif;

import io.postern.api.CallerPlaces;
import io.postern.api.ProblemException;
import io.postern.bounds.Bound;
import io.postern.bounds.Holder;
import io.postern.bounds.Share;
import io.postern.log.LogSettings;
import io.postern.policy.PolicyVerdicts;
import io.postern.policy.Replica;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The runs of this replica, in the places of {@link Bound#COMPARISONS}. Results are kept for an
 * hour, the newest {@value #MOST}; they are of this replica alone, and gone with it. Thread-safe.
 */
@Singleton
public class WhatIfRuns {
  static final int MOST = 20;
  private static final Duration KEPT = Duration.ofHours(1);

  private final LogSettings settings;
  private final PolicyVerdicts verdicts;
  private final Replica replica;
  private final CallerPlaces places = new CallerPlaces(Bound.COMPARISONS);
  private final Map<String, WhatIfRun> runs = new LinkedHashMap<>(); // oldest first

  WhatIfRuns(LogSettings settings, PolicyVerdicts verdicts, Replica replica) {
    this.settings = settings;
    this.verdicts = verdicts;
    this.replica = replica;
  }

  /**
   * @throws ProblemException 429, 503: there is no place for it
   */
  synchronized WhatIfRun start(Holder holder, DraftDirectory draft, int days) {
    forget();
    Share.Held place = places.take(holder, 1);
    WhatIfRun run =
        new WhatIfRun(
            replica.newId(),
            holder.user(),
            draft,
            Instant.now().minus(Duration.ofDays(days)),
            settings,
            verdicts::source);
    place.during(Thread.ofPlatform().daemon().name("what-if").factory(), () -> run.run(place));
    runs.put(run.id(), run);
    return run;
  }

  /**
   * @throws ProblemException 404: there is none here
   */
  synchronized WhatIfRun find(String id) {
    forget();
    WhatIfRun run = runs.get(id);
    if (run == null) {
      throw replica.unknown("comparison", id);
    }
    return run;
  }

  private void forget() {
    Instant oldest = Instant.now().minus(KEPT);
    runs.values().removeIf(run -> !run.running() && run.began().isBefore(oldest));
    var all = runs.values().iterator();
    for (int over = runs.size() - MOST; over > 0 && all.hasNext(); ) {
      if (!all.next().running()) {
        all.remove();
        over--;
      }
    }
  }

  @PreDestroy
  synchronized void close() {
    runs.values().forEach(WhatIfRun::cancel);
  }
}
