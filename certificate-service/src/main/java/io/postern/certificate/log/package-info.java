/** The service's tie to the log. */
@NullMarked
package io.postern.certificate.log;

import org.jspecify.annotations.NullMarked;
