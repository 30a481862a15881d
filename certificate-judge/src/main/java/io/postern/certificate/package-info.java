/**
 * What judging shares: a certificate that could be read, and why one could not. See {@code
 * judging}, {@code revocation}, {@code anchors}.
 */
@NullMarked
package io.postern.certificate;

import org.jspecify.annotations.NullMarked;
