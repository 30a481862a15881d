package io.postern.policy.whatif;

import io.postern.api.Problem;
import io.postern.api.ProblemException;
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
 * The runs of this replica: at most {@value #AT_ONCE} at one time, a further one is refused with
 * 503. Results are kept for an hour, the newest {@value #MOST}; they are of this replica alone, and
 * gone with it. Thread-safe.
 */
@Singleton
public class WhatIfRuns {
  static final int AT_ONCE = 2;
  static final int MOST = 20;
  private static final Duration KEPT = Duration.ofHours(1);

  private final LogSettings settings;
  private final PolicyVerdicts verdicts;
  private final Replica replica;
  private final Map<String, WhatIfRun> runs = new LinkedHashMap<>(); // oldest first

  WhatIfRuns(LogSettings settings, PolicyVerdicts verdicts, Replica replica) {
    this.settings = settings;
    this.verdicts = verdicts;
    this.replica = replica;
  }

  /**
   * @throws ProblemException 503: two are running
   */
  synchronized WhatIfRun start(DraftDirectory draft, int days) {
    forget();
    if (runs.values().stream().filter(WhatIfRun::running).count() >= AT_ONCE) {
      throw new ProblemException(
          Problem.of(503, "Busy", "Two drafts are being compared here; wait, or cancel one."));
    }
    WhatIfRun run =
        new WhatIfRun(
            replica.newId(),
            draft,
            Instant.now().minus(Duration.ofDays(days)),
            settings,
            verdicts::source);
    runs.put(run.id(), run);
    var unused = Thread.ofPlatform().daemon().name("what-if").start(run::run);
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
