package io.postern.policy.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request for a message.
 *
 * @param recipients indexes into the envelope as it was accepted; none: all
 * @param notice of a cancel: whether the sender gets a DSN; not given: yes
 */
public record QueueRequest(@Nullable List<Integer> recipients, @Nullable Boolean notice) {}
