/** The command that checks a certificate or a host, for an installation or alone. */
@NullMarked
package io.postern.operator.check;

import org.jspecify.annotations.NullMarked;
