/** Mail that waits or is held: its list, its groups, and controls of all that a filter finds. */
@NullMarked
package io.postern.console.queue;

import org.jspecify.annotations.NullMarked;
