/**
 * The listener:
 *
 * <ol>
 *   <li>{@link IngressServer} accepts a connection.
 *   <li>{@link ConnectionLimits} admits it, or names the limit that it is beyond.
 *   <li>{@link ConnectionRefusal} ends a connection beyond a limit.
 *   <li>{@link FruitlessSessions} makes the greeting wait at an address that brings no mail.
 *   <li>The session runs on a virtual thread, and the watchdog ends it past its deadline.
 *   <li>{@link KeyFiles} keeps key and certificate current, {@link PresentedCertificates} shows
 *       them.
 * </ol>
 */
@org.jspecify.annotations.NullMarked
package io.postern.ingress.listener;
