package io.postern.delivery.position;

import java.time.Duration;

/**
 * The bounds of the reader.
 *
 * @param window open deliveries a partition
 * @param bufferBytes memory of all open deliveries together
 * @param commitInterval between two commits of positions
 * @param revocationPatience for the last records when a partition is given up
 * @param stopPatience for sessions past their final dot when the reader is closed
 * @param watchedSessions handed over and still open, beside the window
 * @param watchedBytes memory of those
 */
public record ReaderSettings(
    int window,
    long bufferBytes,
    Duration commitInterval,
    Duration revocationPatience,
    Duration stopPatience,
    int watchedSessions,
    long watchedBytes) {}
