/**
 * What comes of a delivery: each {@link io.postern.delivery.attempt.Recipient} is open until a host
 * or the end of the walk settles it, and the {@link io.postern.delivery.attempt.Attempt} makes one
 * outcome of all, with the connection of each.
 */
@org.jspecify.annotations.NullMarked
package io.postern.delivery.attempt;
