/**
 * The listeners:
 *
 * <ol>
 *   <li>{@link Port} accepts a connection at an address of a {@link Listener}.
 *   <li>{@link Reception} learns the client, by {@link ProxyHeader} where a balancer connects.
 *   <li>{@link ConnectionPlaces} admits it, or names the limit that it is beyond.
 *   <li>{@link ConnectionRefusals} ends a connection that is refused.
 *   <li>{@link io.postern.ingress.bounds.SourceBound#FRUITLESS_SESSIONS} makes the greeting wait at
 *       an address that brings no mail.
 *   <li>The session runs on a virtual thread, and the watchdog of {@link IngressServer} ends it
 *       past its deadline.
 * </ol>
 */
@org.jspecify.annotations.NullMarked
package io.postern.ingress.listener;
