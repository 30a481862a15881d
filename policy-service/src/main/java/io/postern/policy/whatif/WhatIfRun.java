package io.postern.policy.whatif;

import io.postern.bounds.Share;
import io.postern.log.LogSettings;
import io.postern.log.verdicts.VerdictSource;
import io.postern.policy.AskedVerdicts;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One comparison of a draft with recorded mail, from its start to its result. Any thread. */
final class WhatIfRun {
  enum State {
    RUNNING,
    DONE,
    CANCELLED,
    FAILED
  }

  private static final Logger LOG = Logger.getLogger(WhatIfRun.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration CHAIN_AGE = Duration.ofDays(1); // one record stands for a day

  private final String id;
  private final String by;
  private final Set<String> organizations;
  private final String sha256;
  private @Nullable DraftDirectory draft; // until it is compared: two directories; the run's thread
  private final Instant since;
  private final Replay replay;
  private final Supplier<VerdictSource> verdicts;
  private final Tally tally = new Tally();
  private final Instant began = Instant.now();
  private volatile boolean cancelled;
  private volatile State state = State.RUNNING;
  private volatile @Nullable String failure;
  private volatile @Nullable WhatIfResult result;

  WhatIfRun(
      String id,
      String by,
      DraftDirectory draft,
      Instant since,
      LogSettings settings,
      Supplier<VerdictSource> verdicts) {
    this.id = id;
    this.by = by;
    this.organizations = draft.organizations();
    this.sha256 = draft.sha256();
    this.draft = draft;
    this.since = since;
    this.verdicts = verdicts;
    this.replay = new Replay(settings, () -> cancelled);
  }

  String id() {
    return id;
  }

  /** The user who started it. */
  String by() {
    return by;
  }

  Set<String> organizations() {
    return organizations;
  }

  Instant began() {
    return began;
  }

  boolean running() {
    return state == State.RUNNING;
  }

  void cancel() {
    cancelled = true;
  }

  WhatIfView view() {
    return new WhatIfView(
        id,
        state.name().toLowerCase(java.util.Locale.ROOT),
        replay.percent(),
        organizations.stream().sorted().toList(),
        sha256,
        failure,
        result);
  }

  /**
   * On a thread of its own; within some minutes.
   *
   * @param place given back before the run is seen to have ended
   */
  void run(Share.Held place) {
    try {
      try (place) {
        compare(Objects.requireNonNull(draft));
      }
      state = State.DONE;
    } catch (CancellationException e) {
      state = State.CANCELLED;
    } catch (TimeoutException | KafkaException e) {
      LOG.warnf(e, "what-if %s has ended", id);
      fail("Kafka was not completely read.");
    } catch (RuntimeException | Error e) {
      LOG.errorf(e, "what-if %s has failed", id);
      fail("An error in policy-service; see its log.");
    } finally {
      draft = null;
    }
  }

  private void fail(String why) {
    failure = why;
    state = State.FAILED;
  }

  private void compare(DraftDirectory draft) throws TimeoutException {
    long start = System.nanoTime();
    PresentedChains chains = new PresentedChains();
    replay.chains(since.minus(CHAIN_AGE).toEpochMilli(), chains);
    replay.mail(
        since.toEpochMilli(),
        new Comparison(draft, chains, AskedVerdicts.each(verdicts, PATIENCE), tally));
    result =
        new WhatIfResult(
            draft.now().version(),
            since.toString(),
            tally.messages(),
            tally.refusals(),
            tally.decided(),
            tally.differences(),
            tally.unknown(),
            Math.round((System.nanoTime() - start) / 1e7) / 100.0);
  }
}
