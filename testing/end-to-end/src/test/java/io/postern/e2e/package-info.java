/** The promises over real sockets and a real broker, and the documentation against the code. */
@NullMarked
package io.postern.e2e;

import org.jspecify.annotations.NullMarked;
