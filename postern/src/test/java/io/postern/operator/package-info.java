/** The program, and what its tests run it with. */
@NullMarked
package io.postern.operator;

import org.jspecify.annotations.NullMarked;
