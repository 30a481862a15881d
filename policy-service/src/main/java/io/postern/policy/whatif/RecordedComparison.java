package io.postern.policy.whatif;

import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.ComparedDifference;
import io.postern.contracts.v1.ComparisonRecord;
import io.postern.contracts.v1.ComparisonState;
import io.postern.contracts.v1.ComparisonTotals;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One comparison as its records come, whichever replica compares. It is shown when its beginning is
 * complete, so that its reader is known to read all its organizations (G8). Guarded by its owner.
 */
final class RecordedComparison {
  /** Its replica publishes every 2 s that it goes on. */
  static final Duration SILENCE = Duration.ofSeconds(30);

  private static final int WHOLE = 100;

  private final String id;
  private final List<String> organizations = new ArrayList<>();
  private final List<ComparedDifference> differences = new ArrayList<>();
  private ComparisonState state = ComparisonState.COMPARISON_STATE_UNSPECIFIED;
  private String by = "";
  private String draft = "";
  private String failure = "";
  private @Nullable ComparisonTotals totals;
  private int percent;
  private int next; // smallest number of the record that is expected
  private long bytes;
  private long newestMillis;
  private long newestNanos;

  /**
   * A comparison at a moment. Immutable.
   *
   * @param by the user who started it
   * @param running it has not ended, and its replica is heard of
   */
  record Snapshot(String by, Set<String> organizations, boolean running, WhatIfView view) {
    Snapshot {
      organizations = Set.copyOf(organizations);
    }
  }

  RecordedComparison(String id) {
    this.id = id;
  }

  /**
   * @param millis the log's time of the record
   * @param nanos when it came here
   */
  void take(ComparisonRecord record, long millis, long nanos) {
    if (record.getNumber() < next || hasEnded()) {
      return; // a reader that began again, or a record that came twice
    }
    next = record.getNumber() + 1;
    newestMillis = millis;
    newestNanos = nanos;
    begin(record);
    percent = Math.max(percent, record.getPercent());
    differences.addAll(record.getDifferencesList());
    end(record);
    bytes += record.getSerializedSize();
  }

  private void begin(ComparisonRecord record) {
    if (isKnown()) {
      return;
    }
    by = record.getBy();
    draft = Fingerprints.hex(record.getDraftSha256().toByteArray());
    organizations.addAll(record.getOrganizationsList());
    if (record.getState() == ComparisonState.COMPARISON_RUNNING
        && !organizations.isEmpty()
        && organizations.size() == record.getAllOrganizations()) {
      state = ComparisonState.COMPARISON_RUNNING;
    }
  }

  private void end(ComparisonRecord record) {
    if (!isKnown()) {
      return;
    }
    switch (record.getState()) {
      case COMPARISON_DONE -> done(record.getTotals());
      case COMPARISON_FAILED -> failed(record.getFailure());
      case COMPARISON_CANCELLED -> state = ComparisonState.COMPARISON_CANCELLED;
      default -> {}
    }
  }

  private void done(ComparisonTotals its) {
    if (differences.size() == its.getAllDifferences()) {
      totals = its;
      percent = WHOLE;
      state = ComparisonState.COMPARISON_DONE;
    } else {
      failed("A part of the result was lost in Kafka. Start it again.");
    }
  }

  private void failed(String why) {
    failure = why;
    differences.clear();
    state = ComparisonState.COMPARISON_FAILED;
  }

  String id() {
    return id;
  }

  String by() {
    return by;
  }

  long bytes() {
    return bytes;
  }

  /** The log's time of its newest record. */
  long newestMillis() {
    return newestMillis;
  }

  /** Its beginning has come. */
  boolean isKnown() {
    return state != ComparisonState.COMPARISON_STATE_UNSPECIFIED;
  }

  private boolean hasEnded() {
    return isKnown() && state != ComparisonState.COMPARISON_RUNNING;
  }

  /** Of one that is known. */
  Snapshot snapshot(long nanos) {
    boolean lost = !hasEnded() && nanos - newestNanos > SILENCE.toNanos();
    if (lost) {
      return snapshot(
          "failed", "The replica of policy-service that compared has stopped. Start it again.");
    }
    String name = state.name().replace("COMPARISON_", "").toLowerCase(Locale.ROOT);
    return snapshot(name, failure.isEmpty() ? null : failure);
  }

  private Snapshot snapshot(String name, @Nullable String why) {
    return new Snapshot(
        by,
        Set.copyOf(organizations),
        name.equals("running"),
        new WhatIfView(
            id,
            name,
            percent,
            List.copyOf(organizations),
            draft,
            why,
            totals == null ? null : ComparisonParts.result(totals, differences)));
  }
}
