/** The certificates that come near their end: our own, partners', trust anchors. */
@NullMarked
package io.postern.certificate.expiry;

import org.jspecify.annotations.NullMarked;
