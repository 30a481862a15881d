/** Reads deliveries and commits their outcomes with the position in one transaction. */
@org.jspecify.annotations.NullMarked
package io.postern.delivery.position;
