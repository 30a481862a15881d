/**
 * Attacks of strangers on a running stack, beside fair traffic whose rate and latency are compared
 * with those of quiet times (docs/evidence/attacks.md).
 */
@NullMarked
package io.postern.e2e.attacks;

import org.jspecify.annotations.NullMarked;
