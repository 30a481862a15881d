/** The console in a real browser, beside the whole example. */
@NullMarked
package io.postern.e2e.console;

import org.jspecify.annotations.NullMarked;
