/**
 * A whole Postern on one machine: broker and services as processes, for {@code ./run}, end-to-end
 * tests and benchmarks.
 */
@NullMarked
package io.postern.stack;

import org.jspecify.annotations.NullMarked;
