package io.postern.certificate.anchors;

import io.postern.contracts.v1.RecordedAnchor;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last time in which an anchor was trusted without a break. Immutable.
 *
 * @param sources where it came from, in the newest version of the run
 * @param since when the first version of the run came in force
 * @param version that version
 * @param orEarlier nothing older is known: it may have been trusted before
 * @param until when a version without it came in force; null: it is trusted
 */
public record AnchorRun(
    RecordedAnchor anchor,
    List<String> sources,
    Instant since,
    String version,
    boolean orEarlier,
    @Nullable Instant until) {}
