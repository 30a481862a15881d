/**
 * Certificate revocation lists (RFC 5280 §5): reading, verifying, keeping on disk, and looking a
 * certificate up in them.
 */
@NullMarked
package io.postern.certificate.revocation.crl;

import org.jspecify.annotations.NullMarked;
