package io.postern.delivery.position;

import java.time.Duration;

/**
 * Bounds of the reader.
 *
 * @param window open deliveries a partition
 * @param bufferBytes memory of all open deliveries together
 * @param commitInterval between the beginnings of two transactions
 * @param revocationPatience for open deliveries when a partition is given up
 */
public record ReaderSettings(
    int window, long bufferBytes, Duration commitInterval, Duration revocationPatience) {}
