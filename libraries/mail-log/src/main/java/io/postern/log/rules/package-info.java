/**
 * The rules of the log, by which all readers and writers keep the same records without asking each
 * other (docs/design/the-log.md). Pure: no input or output, no framework, clocks are given.
 *
 * <ol>
 *   <li>The decider chains each Decision to the one before ({@code SourceProgress}).
 *   <li>A reader takes the Decisions that continue its chain ({@code Chain}).
 *   <li>An owner takes a partition and reads its predecessors' outcomes back ({@code
 *       PartitionLedger}, {@code ReadBack}).
 *   <li>It sends a final dot only with a lease ({@code Lease}, {@code TakerWait}).
 *   <li>A reader counts the outcomes of the owner in force ({@code OutcomeRule}).
 *   <li>The scheduler closes a recipient by its open attempt alone ({@code AttemptRule}), and lets
 *       time count when the outcomes are read ({@code ReadingProgress}).
 * </ol>
 */
@NullMarked
package io.postern.log.rules;

import org.jspecify.annotations.NullMarked;
