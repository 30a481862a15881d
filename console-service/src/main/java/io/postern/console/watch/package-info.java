/** A partner's sessions: a search of the read model since a given time, which clients repeat. */
@NullMarked
package io.postern.console.watch;

import org.jspecify.annotations.NullMarked;
