package io.postern.policy.whatif;

import com.google.protobuf.ByteString;
import io.postern.bounds.Share;
import io.postern.contracts.v1.ComparisonRecord;
import io.postern.contracts.v1.ComparisonState;
import io.postern.log.LogSettings;
import io.postern.log.LogUnavailableException;
import io.postern.log.verdicts.VerdictSource;
import io.postern.policy.AskedVerdicts;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One comparison of a draft with recorded mail at the replica that compares. Its readers see what
 * it publishes. Any thread.
 */
final class WhatIfRun {
  private static final Logger LOG = Logger.getLogger(WhatIfRun.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration CHAIN_AGE = Duration.ofDays(1); // one record stands for a day

  private final WhatIfView begun;
  private final ComparisonPublisher publisher;
  private @Nullable DraftDirectory draft; // until it is compared: two directories; the run's thread
  private final Instant since;
  private final Replay replay;
  private final Supplier<VerdictSource> verdicts;
  private final Tally tally = new Tally();
  private volatile boolean cancelled;

  WhatIfRun(
      String id,
      DraftDirectory draft,
      Instant since,
      LogSettings settings,
      Supplier<VerdictSource> verdicts,
      ComparisonPublisher publisher) {
    this.begun =
        new WhatIfView(
            id,
            "running",
            0,
            draft.organizations().stream().sorted().toList(),
            draft.sha256(),
            null,
            null);
    this.publisher = publisher;
    this.draft = draft;
    this.since = since;
    this.verdicts = verdicts;
    this.replay = new Replay(settings, () -> cancelled);
  }

  /** As it begins. */
  WhatIfView begun() {
    return begun;
  }

  /**
   * Publishes that it begins.
   *
   * @param by the user who starts it
   */
  void begin(String by) throws LogUnavailableException, InterruptedException {
    List<ComparisonRecord.Builder> parts = ComparisonParts.ofOrganizations(begun.organizations());
    ByteString sha256 = ByteString.copyFrom(HexFormat.of().parseHex(begun.draft()));
    parts.forEach(part -> part.setBy(by).setDraftSha256(sha256));
    publisher.begin(parts);
  }

  void progress() {
    publisher.progress(replay.percent());
  }

  /** Ends it soon. */
  void cancel() {
    cancelled = true;
  }

  boolean isCancelled() {
    return cancelled;
  }

  /** Ends it with this replica. Does not wait. */
  void stop() {
    cancelled = true;
    publisher.stop("The replica of policy-service that compared was stopped. Start it again.");
  }

  /**
   * On a thread of its own; within some minutes.
   *
   * @param place given back before the run is seen to have ended
   */
  void run(Share.Held place) {
    try {
      WhatIfResult result;
      try (place) {
        result = compare(Objects.requireNonNull(draft));
      }
      end(ComparisonParts.ofResult(result), ComparisonState.COMPARISON_DONE);
    } catch (CancellationException e) {
      end(List.of(ComparisonRecord.newBuilder()), ComparisonState.COMPARISON_CANCELLED);
    } catch (TimeoutException | KafkaException e) {
      LOG.warnf(e, "what-if %s has ended", begun.id());
      fail("Kafka was not completely read.");
    } catch (RuntimeException | Error e) {
      LOG.errorf(e, "what-if %s has failed", begun.id());
      fail("An error in policy-service; see its log.");
    } finally {
      draft = null;
    }
  }

  private void fail(String why) {
    end(List.of(ComparisonRecord.newBuilder().setFailure(why)), ComparisonState.COMPARISON_FAILED);
  }

  private void end(List<ComparisonRecord.Builder> parts, ComparisonState state) {
    try {
      publisher.end(parts, state);
    } catch (LogUnavailableException e) {
      LOG.warnf(e, "the end of what-if %s was not written", begun.id());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private WhatIfResult compare(DraftDirectory draft) throws TimeoutException {
    long start = System.nanoTime();
    PresentedChains chains = new PresentedChains();
    replay.chains(since.minus(CHAIN_AGE).toEpochMilli(), chains);
    replay.mail(
        since.toEpochMilli(),
        new Comparison(draft, chains, AskedVerdicts.each(verdicts, PATIENCE), tally));
    return new WhatIfResult(
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
