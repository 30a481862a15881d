/** The revocation of a certificate by everything that it publishes, or by given evidence alone. */
@NullMarked
package io.postern.certificate.revocation.lookup;

import org.jspecify.annotations.NullMarked;
