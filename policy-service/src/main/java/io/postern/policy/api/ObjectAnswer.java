package io.postern.policy.api;

import io.postern.directory.DirectoryChange;
import io.postern.policy.change.Changed;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a change of one object.
 *
 * @param version of the directory that it is in, or was compared with; -1: empty
 * @param applied false for a dry run, and where nothing was to change
 * @param change null: nothing was to change
 * @param object as it is, or would be; null: removed
 * @param warnings known traps in it, which refuse nothing
 */
public record ObjectAnswer(
    long version,
    boolean dryRun,
    boolean applied,
    @Nullable DirectoryChange change,
    @Nullable Map<String, Object> object,
    List<Changed.Warning> warnings) {}
