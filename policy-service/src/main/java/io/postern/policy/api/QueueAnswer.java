package io.postern.policy.api;

/**
 * A request that is in the log, and that the scheduler obeys within a second.
 *
 * @param controlId stands in the outcomes that tell what became of it
 */
public record QueueAnswer(String controlId) {}
