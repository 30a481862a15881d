/** SMTP's vocabulary and framing (RFC 5321 and its extensions), shared by both sides; no I/O. */
@NullMarked
package io.postern.smtp;

import org.jspecify.annotations.NullMarked;
