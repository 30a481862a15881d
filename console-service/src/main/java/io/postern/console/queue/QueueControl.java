package io.postern.console.queue;

import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A request for all mail that a filter finds.
 *
 * @param action hold, release, retry or cancel
 * @param filter at least one condition
 * @param notice of a cancel: whether the senders get DSNs; not given: yes
 * @param expect at most so many recipients: the count of a dry run, which an administrator has seen
 */
@Schema(description = "Hold, release, retry or cancel all mail that matches a filter")
public record QueueControl(
    @Nullable String action,
    @Nullable QueueFilter filter,
    @Nullable Boolean notice,
    @Nullable Long expect) {}
