/** A new era of delivery's consumer group, derived from the log. */
@org.jspecify.annotations.NullMarked
package io.postern.log.era;
