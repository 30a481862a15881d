/**
 * The question whether its issuer has revoked a certificate, and the finding. {@code lookup}
 * answers it, by {@code crl} and {@code ocsp}; these keep lists and answers in {@code store}, which
 * has it from {@code fetch}. {@code probe} is beside them, for administrators.
 */
@NullMarked
package io.postern.certificate.revocation;

import org.jspecify.annotations.NullMarked;
