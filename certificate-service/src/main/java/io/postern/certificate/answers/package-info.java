/**
 * Questions from the log, verdicts into it; start, health and metrics of the service. A question's
 * way:
 *
 * <ol>
 *   <li>{@link Judges} takes it from the log, unless its deadline is past by {@link
 *       io.postern.log.LogClock}.
 *   <li>{@link WaitingRoom} keeps it, the newest first, and merges it with the same one.
 *   <li>{@link Dispatcher} starts its judgement when a permit is free.
 *   <li>{@link VerdictMemory} has the verdict where it was judged before.
 *   <li>Else the chain is judged; a judgement that waits for a fetch stands in {@link LongWaits}.
 *   <li>{@link Publisher} publishes the verdict, and the chain if {@link SeenChains} lacks it.
 * </ol>
 */
@NullMarked
package io.postern.certificate.answers;

import org.jspecify.annotations.NullMarked;
