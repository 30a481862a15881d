package io.postern.policy.api;

/**
 * The answer to a request that is in the log; the scheduler obeys within a second.
 *
 * @param controlId of the outcomes that answer the request
 */
public record QueueAnswer(String controlId) {}
