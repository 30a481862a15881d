/** TLS of the links to the log, over key files that are replaced while they are in use. */
@NullMarked
package io.postern.link;

import org.jspecify.annotations.NullMarked;
