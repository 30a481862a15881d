/** The driver itself. */
@org.jspecify.annotations.NullMarked
package io.postern.fuzzing;
