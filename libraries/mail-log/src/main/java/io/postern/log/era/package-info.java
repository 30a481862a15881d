/**
 * A new era of delivery's consumer group, derived from the log.
 *
 * <ol>
 *   <li>The group has no members, and no position.
 *   <li>Of each partition all outcomes are read: the keys of recorded attempts, and the latest era.
 *   <li>The Decisions are read along the chain: the last one with an outcome, and those that may be
 *       unfinished.
 *   <li>The outcomes are read again: the first one of such a Decision, and the owner in force
 *       there.
 *   <li>The position begins at the first Decision that may be unfinished, in the next era.
 *   <li>The positions of all partitions are committed at once.
 * </ol>
 */
@org.jspecify.annotations.NullMarked
package io.postern.log.era;
