/** A message's way, read from the topics alone. */
@NullMarked
package io.postern.stack.trace;

import org.jspecify.annotations.NullMarked;
