/** Changes of the directory: by whom, when, before and after. */
@NullMarked
package io.postern.console.changes;

import org.jspecify.annotations.NullMarked;
