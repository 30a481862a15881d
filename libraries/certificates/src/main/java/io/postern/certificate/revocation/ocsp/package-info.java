/** OCSP (RFC 6960): questions, answers, and the look-up by a certificate's responders. */
@NullMarked
package io.postern.certificate.revocation.ocsp;

import org.jspecify.annotations.NullMarked;
