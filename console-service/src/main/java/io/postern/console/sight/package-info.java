/** The rule of what an organization's reader sees (G8). */
@NullMarked
package io.postern.console.sight;

import org.jspecify.annotations.NullMarked;
