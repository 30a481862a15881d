/** Certificates for an installation in containers: the links to the log, and SMTP to begin with. */
@NullMarked
package io.postern.stack.certificates;

import org.jspecify.annotations.NullMarked;
