/**
 * What all parts of certificate-service share: a certificate that could be read, and why one could
 * not. See {@code judging}, {@code revocation}, {@code anchors}, {@code answers}.
 */
@NullMarked
package io.postern.certificate;

import org.jspecify.annotations.NullMarked;
