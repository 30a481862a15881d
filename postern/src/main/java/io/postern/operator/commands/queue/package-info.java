/** Commands for mail that waits or is held. */
@NullMarked
package io.postern.operator.commands.queue;

import org.jspecify.annotations.NullMarked;
