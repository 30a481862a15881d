/**
 * The check whether this host is ready for a certificate: whether it can reach the endpoints of a
 * judgement, and whether the root is trusted here (S9, S10). A library and a command line; without
 * the log and without any service.
 */
@NullMarked
package io.postern.check;

import org.jspecify.annotations.NullMarked;
