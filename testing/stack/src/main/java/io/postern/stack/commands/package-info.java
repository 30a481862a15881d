/** The commands of {@code ./run}. */
@NullMarked
package io.postern.stack.commands;

import org.jspecify.annotations.NullMarked;
