/** Proves that a connection meets its requirement before any envelope is sent over it. */
@org.jspecify.annotations.NullMarked
package io.postern.delivery.gate;
