/** Destinations: the deliveries that run to each at a time, and those that are handed back. */
@org.jspecify.annotations.NullMarked
package io.postern.delivery.destination;
