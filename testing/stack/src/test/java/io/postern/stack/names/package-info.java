/** What all modules take for the names of a certificate. */
@NullMarked
package io.postern.stack.names;

import org.jspecify.annotations.NullMarked;
