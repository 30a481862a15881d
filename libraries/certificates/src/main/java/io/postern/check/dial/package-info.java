/** The look at a mail server's certificates: SMTP as far as STARTTLS, by the JDK's own TLS. */
@NullMarked
package io.postern.check.dial;

import org.jspecify.annotations.NullMarked;
