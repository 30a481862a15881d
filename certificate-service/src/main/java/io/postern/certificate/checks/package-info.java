/** Checks of certificates and hosts for administrators, with this service's settings. */
@NullMarked
package io.postern.certificate.checks;

import org.jspecify.annotations.NullMarked;
