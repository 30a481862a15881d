/** Bounds against what clients and administrators can make a service hold. */
@org.jspecify.annotations.NullMarked
package io.postern.bounds;
