/** How many sessions a destination gets at a time. */
@org.jspecify.annotations.NullMarked
package io.postern.delivery.destination;
