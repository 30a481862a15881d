/**
 * Is this chain good, for this role, now (docs/design/architecture.md, "Certificate verdicts")?
 * Paths, rules and the verdict. No network.
 */
@NullMarked
package io.postern.certificate.judging;

import org.jspecify.annotations.NullMarked;
