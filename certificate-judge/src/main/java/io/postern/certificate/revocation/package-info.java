/** Certificate revocation lists: fetched, verified, kept on disk, looked up. */
@NullMarked
package io.postern.certificate.revocation;

import org.jspecify.annotations.NullMarked;
