/**
 * The lists of accepted domains' recipients on their way into the log (docs/guides/recipients.md).
 *
 * <ol>
 *   <li>{@code RecipientFile} reads an administrator's list, line by line.
 *   <li>{@code RecipientComparison} finds the shards that it changes.
 *   <li>{@code RecipientSteps} makes commands of them, each small enough for one record.
 *   <li>{@code RecipientListStep} is the directory owner's judgement of a command, and its records.
 * </ol>
 */
@org.jspecify.annotations.NullMarked
package io.postern.policy.recipients;
