/**
 * The directory's owner, and the way in for commands (docs/design/architecture.md, "Directory and
 * administration").
 *
 * <ol>
 *   <li>{@code DirectoryCommands} writes a command and waits for its answer.
 *   <li>The replica that has the partition of commands reads the whole directory and earlier
 *       answers ({@code OwnedDirectory}).
 *   <li>{@code DirectoryOwner} gives a command that it knows the same answer again.
 *   <li>{@code CommandJudge} judges another one against the directory.
 *   <li>Objects, audit record, answer and position are one transaction.
 *   <li>The owner goes on when its own reader has the change.
 * </ol>
 */
@NullMarked
package io.postern.policy.directory;

import org.jspecify.annotations.NullMarked;
