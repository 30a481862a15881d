/** Senders and scanners that others wrote. */
@org.jspecify.annotations.NullMarked
package io.postern.ingress.foreign;
