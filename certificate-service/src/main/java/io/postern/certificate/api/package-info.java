/**
 * What an administrator asks about certificates, over HTTP (docs/design/architecture.md,
 * "Certificate verdicts"; S8 to S11). All of it needs the administrator's credentials but the
 * information about our own certificates, which is there to be published.
 */
@NullMarked
package io.postern.certificate.api;

import org.jspecify.annotations.NullMarked;
