/**
 * Asks single endpoints about a certificate and reports how far each came: for administrators who
 * prepare for a certificate.
 */
@NullMarked
package io.postern.certificate.revocation.probe;

import org.jspecify.annotations.NullMarked;
