/**
 * The audit (G2, G5): the account of every accepted recipient from the topics and the groups'
 * positions. It shares no code with the services' own counting, or it would prove nothing.
 *
 * <ol>
 *   <li>{@code KafkaLog} reads positions, then ends: a {@code LogExtent} a partition.
 *   <li>{@code PartitionAudit} reads each extent, a thread a partition; {@code PartitionFold} folds
 *       it into {@code PartitionState}.
 *   <li>{@code Examination} gives each recipient its state, its places and its problem; one with a
 *       problem is a suspect.
 *   <li>{@code Audit} reads new extents and looks at the suspects again, until each is in order or
 *       has not changed for the wait.
 *   <li>{@code Findings} keeps an alarm for each that is left, with its {@code Description}.
 *   <li>{@code Tally} counts by organization: the equation of G2.
 * </ol>
 */
@NullMarked
package io.postern.operator.audit;

import org.jspecify.annotations.NullMarked;
