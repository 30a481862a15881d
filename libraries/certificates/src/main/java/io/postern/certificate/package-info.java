/**
 * The certificate of a judgement, as it could be read, or the reason why it could not. See {@code
 * judging}, {@code revocation}, {@code anchors}.
 */
@NullMarked
package io.postern.certificate;

import org.jspecify.annotations.NullMarked;
