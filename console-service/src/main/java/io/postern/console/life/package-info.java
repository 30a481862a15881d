/** A message's life, from its records. */
@NullMarked
package io.postern.console.life;

import org.jspecify.annotations.NullMarked;
