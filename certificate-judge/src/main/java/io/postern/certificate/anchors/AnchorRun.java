package io.postern.certificate.anchors;

import io.postern.contracts.v1.RecordedAnchor;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How long an anchor was trusted without a break, the last time. Immutable.
 *
 * @param sources where it came from, in the newest version of the run
 * @param since when the first version of the run came in force
 * @param version that version
 * @param orEarlier nothing older is known: it may have been trusted before
 * @param until when a version without it came in force; null: it is trusted
 * @param untilVersion that version; empty: it is trusted
 */
public record AnchorRun(
    RecordedAnchor anchor,
    List<String> sources,
    Instant since,
    String version,
    boolean orEarlier,
    @Nullable Instant until,
    String untilVersion) {
  public AnchorRun {
    sources = List.copyOf(sources);
  }
}
