package io.postern.policy.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The recipients of a message that a request is for.
 *
 * @param recipients indexes into the envelope as it was accepted; none: all
 */
public record QueueRequest(@Nullable List<Integer> recipients) {}
