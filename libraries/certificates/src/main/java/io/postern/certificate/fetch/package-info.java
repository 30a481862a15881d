/**
 * Fetches by HTTP, from addresses that may be asked, within bounds of time and size: what
 * certificates name by http alone, policies of MTA-STS by https alone. It knows nothing of the
 * content.
 */
@NullMarked
package io.postern.certificate.fetch;

import org.jspecify.annotations.NullMarked;
