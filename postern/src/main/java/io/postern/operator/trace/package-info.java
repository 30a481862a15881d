/** A message's way, read from the topics alone. */
@NullMarked
package io.postern.operator.trace;

import org.jspecify.annotations.NullMarked;
