/**
 * The way from a next hop to addresses: {@link io.postern.delivery.route.Candidates} gives one
 * {@link io.postern.delivery.route.SessionKey} after the other, which says where, as whom, and with
 * what demand. Knows no session and no recipient.
 */
@org.jspecify.annotations.NullMarked
package io.postern.delivery.route;
