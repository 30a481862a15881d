/**
 * The administrator's questions about certificates, over HTTP (docs/design/architecture.md,
 * "Certificate verdicts"; S8 to S11). All of it needs the administrator's credentials, except the
 * information about our own certificates, which is for the public.
 */
@NullMarked
package io.postern.certificate.api;

import org.jspecify.annotations.NullMarked;
