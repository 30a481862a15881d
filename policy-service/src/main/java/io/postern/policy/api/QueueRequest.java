package io.postern.policy.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which recipients of a message are meant.
 *
 * @param recipients indexes into the envelope as it was accepted; none: all
 */
public record QueueRequest(@Nullable List<Integer> recipients) {}
