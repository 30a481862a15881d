/**
 * Probes of single endpoints about a certificate, with a report how far each came: for
 * administrators that prepare for a certificate.
 */
@NullMarked
package io.postern.certificate.revocation.probe;

import org.jspecify.annotations.NullMarked;
