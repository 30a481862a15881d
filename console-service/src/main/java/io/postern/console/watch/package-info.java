/** A partner's sessions: a search of the read model since a moment, repeated while one watches. */
@NullMarked
package io.postern.console.watch;

import org.jspecify.annotations.NullMarked;
