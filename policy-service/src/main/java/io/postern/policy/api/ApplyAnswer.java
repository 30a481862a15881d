package io.postern.policy.api;

import io.postern.directory.DirectoryChange;
import io.postern.directory.FileProblem;
import java.util.List;

/**
 * The answer to an apply.
 *
 * @param version of the directory that it is in, or was compared with; -1: empty
 * @param applied false for a dry run, with problems, and where nothing was to change
 * @param changes the differences between directory and file
 * @param problems to be repaired first; nothing was written then
 * @param warnings known traps in the file, which refuse nothing
 */
public record ApplyAnswer(
    long version,
    boolean dryRun,
    boolean applied,
    List<DirectoryChange> changes,
    List<FileProblem> problems,
    List<ObjectAnswer.Warning> warnings) {}
