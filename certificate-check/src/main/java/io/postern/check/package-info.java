/**
 * Is this host ready for a certificate: can it reach the endpoints of a judgement, and is the root
 * trusted here (S9, S10)? A library and a command line; without the log and without any service.
 */
@NullMarked
package io.postern.check;

import org.jspecify.annotations.NullMarked;
