/** Blocking sockets and TLS for both sides of SMTP, one virtual thread a connection. */
@NullMarked
package io.postern.transport;

import org.jspecify.annotations.NullMarked;
