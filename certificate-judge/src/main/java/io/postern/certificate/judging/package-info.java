/** Is this chain good, for this role, now (DESIGN §7)? Paths, rules and the verdict. No network. */
@NullMarked
package io.postern.certificate.judging;

import org.jspecify.annotations.NullMarked;
