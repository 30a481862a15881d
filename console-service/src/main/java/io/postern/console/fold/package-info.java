/** The fold of the log's records into the read model (docs/design/the-log.md). */
@NullMarked
package io.postern.console.fold;

import org.jspecify.annotations.NullMarked;
