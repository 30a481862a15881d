/** The log's records of partners in traffic: their chains, and their handshakes with us. */
@NullMarked
package io.postern.certificate.traffic;

import org.jspecify.annotations.NullMarked;
