/**
 * The relay, for one delivery:
 *
 * <ol>
 *   <li>{@link io.postern.delivery.relay.Relay} gets a slot of the destination and begins an {@link
 *       io.postern.delivery.attempt.Attempt}.
 *   <li>{@link io.postern.delivery.relay.HostWalk} goes through the {@link
 *       io.postern.delivery.route.Candidates}, each with a slot of its own.
 *   <li>{@link io.postern.delivery.relay.HostVisit} gets sessions with one of them.
 *   <li>{@link io.postern.delivery.relay.SessionUse} asks the gate before each transaction; a host
 *       that it refuses sees nothing of the envelope.
 *   <li>The attempt makes one outcome of all that; the session is kept or gets QUIT, and the slots
 *       go back with the walk's lesson about the destination.
 * </ol>
 */
@org.jspecify.annotations.NullMarked
package io.postern.delivery.relay;
