/**
 * A delivery's way from the log into the log (docs/design/the-log.md):
 *
 * <ol>
 *   <li>{@link io.postern.delivery.position.DeliveryReader} polls records; {@link
 *       io.postern.delivery.position.Decisions} makes Decisions of them, and the partition's ledger
 *       says which of their recipients are open.
 *   <li>{@link io.postern.delivery.position.Deliveries} starts an {@link
 *       io.postern.delivery.position.OpenDelivery} for each {@link
 *       io.postern.delivery.position.DeliveryTask}, on a thread of its own.
 *   <li>The {@link io.postern.delivery.position.Deliverer} does it, and asks the {@link
 *       io.postern.delivery.position.Ownership} before each transaction and before the final dot.
 *   <li>Its outcome begins as the task's and gets its recipients there; one that lasts goes to the
 *       {@link io.postern.delivery.position.LongSessions} as <em>still open</em>.
 *   <li>{@link io.postern.delivery.position.OutcomeWriting} gives it id and owner, and {@link
 *       io.postern.delivery.position.OutcomeLog} sends it.
 *   <li>When it is acknowledged the ledger moves the position, and {@link
 *       io.postern.delivery.position.PositionCommits} commits that, which renews the lease.
 * </ol>
 */
@org.jspecify.annotations.NullMarked
package io.postern.delivery.position;
