/**
 * Fetches by plain HTTP, from addresses that may be asked, within bounds of time and size; knows
 * nothing of the content.
 */
@NullMarked
package io.postern.certificate.revocation.fetch;

import org.jspecify.annotations.NullMarked;
