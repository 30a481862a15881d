/**
 * The decider, from accepted messages to Decisions (docs/design/the-log.md, "Decisions: a chain").
 *
 * <ol>
 *   <li>{@code Decider} polls {@code mail.accepted} and {@code mail.due} while the directory is
 *       read to its end.
 *   <li>{@code RecordDecider} reads a record, and the envelope that a due record refers to.
 *   <li>{@code MessageDecider} asks the rules for each recipient and groups them into deliveries.
 *   <li>{@code Weakening} holds a recipient whose protection would be lowered (G3).
 *   <li>{@code DecisionLog} writes the Decision, chained to the one before ({@code Sources}).
 *   <li>The position follows the acknowledgements, within a second.
 * </ol>
 */
@NullMarked
package io.postern.policy.decider;

import org.jspecify.annotations.NullMarked;
