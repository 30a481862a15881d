/** The read model's service: settings, start and end, health. */
@NullMarked
package io.postern.console;

import org.jspecify.annotations.NullMarked;
