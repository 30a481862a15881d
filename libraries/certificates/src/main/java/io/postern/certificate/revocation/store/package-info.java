/**
 * The lists and OCSP answers in use, one entry per source: fetched ahead of time, with the health
 * of their endpoints; the revocations that a newer one brings are reported.
 */
@NullMarked
package io.postern.certificate.revocation.store;

import org.jspecify.annotations.NullMarked;
