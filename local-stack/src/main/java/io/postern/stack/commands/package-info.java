/** What {@code ./run} can be asked to do. */
@NullMarked
package io.postern.stack.commands;

import org.jspecify.annotations.NullMarked;
