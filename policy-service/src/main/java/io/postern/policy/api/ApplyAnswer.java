package io.postern.policy.api;

import io.postern.policy.file.DirectoryChange;
import io.postern.policy.file.FileProblem;
import java.util.List;

/**
 * What became of an apply.
 *
 * @param version of the directory that it is in, or was compared with; -1: empty
 * @param applied false for a dry run, with problems, and where nothing was to change
 * @param changes what differs between directory and file
 * @param problems what must be repaired first; nothing was written then
 */
public record ApplyAnswer(
    long version,
    boolean dryRun,
    boolean applied,
    List<DirectoryChange> changes,
    List<FileProblem> problems) {}
