/**
 * The bounds of what one source can take: {@link SourceBound} is their table. What is held is a
 * {@link io.postern.bounds.Share}, what falls with time a {@link Level}.
 */
@org.jspecify.annotations.NullMarked
package io.postern.ingress.bounds;
