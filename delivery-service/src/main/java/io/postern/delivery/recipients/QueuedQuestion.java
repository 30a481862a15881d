package io.postern.delivery.recipients;

/**
 * A question in line.
 *
 * @param address local part as given, domain as lower-case A-label
 * @param domain the accepted domain
 * @param endNanos past it nobody waits for the answer; by {@link System#nanoTime}
 */
record QueuedQuestion(String address, String domain, long endNanos) {}
