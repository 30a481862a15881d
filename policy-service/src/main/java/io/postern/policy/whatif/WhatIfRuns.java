package io.postern.policy.whatif;

import io.postern.api.CallerPlaces;
import io.postern.api.ProblemException;
import io.postern.bounds.Bound;
import io.postern.bounds.Holder;
import io.postern.bounds.Share;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.verdicts.VerdictSource;
import io.postern.policy.PolicyVerdicts;
import io.postern.service.Every;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The comparisons that run at this replica, in the places of {@link Bound#COMPARISONS}. What they
 * say and find is in {@link ComparisonLog}, for all replicas. Thread-safe.
 */
@Singleton
public class WhatIfRuns {
  private static final Duration BETWEEN = Duration.ofSeconds(2); // two records of progress
  private static final Logger LOG = Logger.getLogger(WhatIfRuns.class);

  private final LogSettings settings;
  private final Supplier<VerdictSource> verdicts;
  private final ComparisonLog log;
  private final CallerPlaces places = new CallerPlaces(Bound.COMPARISONS);
  private final ConcurrentMap<String, WhatIfRun> running = new ConcurrentHashMap<>();

  @Inject
  WhatIfRuns(LogSettings settings, PolicyVerdicts verdicts, ComparisonLog log) {
    this(settings, verdicts::source, log);
  }

  /**
   * @param verdicts begun with the first question
   */
  WhatIfRuns(LogSettings settings, Supplier<VerdictSource> verdicts, ComparisonLog log) {
    this.settings = settings;
    this.verdicts = verdicts;
    this.log = log;
    log.onCancel(this::cancel);
  }

  /**
   * @return as it begins; each replica knows it
   * @throws ProblemException 429, 503: there is no place for it; 503: the log is away
   */
  WhatIfView start(Holder holder, DraftDirectory draft, int days) {
    log.read(); // from now on its cancellation is seen
    Share.Held place = places.take(holder, 1);
    WhatIfRun run;
    try {
      run = begin(holder.user(), draft, days);
    } catch (RuntimeException | Error e) {
      place.close();
      throw e;
    }
    String id = run.begun().id();
    running.put(id, run);
    try {
      place.during(
          Thread.ofPlatform().daemon().name("what-if").factory(), () -> run(id, run, place));
    } catch (RuntimeException | Error e) {
      running.remove(id);
      throw e;
    }
    log.awaitBegun(id);
    return run.begun();
  }

  private WhatIfRun begin(String by, DraftDirectory draft, int days) {
    String id = UUID.randomUUID().toString();
    Instant since = Instant.now().minus(Duration.ofDays(days));
    WhatIfRun run = new WhatIfRun(id, draft, since, settings, verdicts, log.publisher(id));
    try {
      run.begin(by);
      return run;
    } catch (LogUnavailableException e) {
      LOG.warnf(e, "a comparison was not begun");
      throw ProblemException.kafkaAway();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ProblemException.kafkaAway();
    }
  }

  private void run(String id, WhatIfRun run, Share.Held place) {
    try (Every progress =
        new Every(
            WhatIfRuns.class, "what-if-progress", "the progress of a comparison was not written")) {
      progress.repeat(BETWEEN, run::progress);
      run.run(place);
    } finally {
      running.remove(id);
    }
  }

  private void cancel(String id) {
    WhatIfRun run = running.get(id);
    if (run != null) {
      run.cancel();
    }
  }

  /** Whether one that runs here is to end. */
  boolean isCancelled(String id) {
    WhatIfRun run = running.get(id);
    return run != null && run.isCancelled();
  }

  void stop(@Observes ShutdownEvent event) {
    stop();
  }

  /** Before the log's clients are closed. Does not wait. */
  void stop() {
    running.values().forEach(WhatIfRun::stop);
  }
}
