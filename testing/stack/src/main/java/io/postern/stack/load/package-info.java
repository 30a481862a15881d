/**
 * A load generator and a sink for benchmarks: they measure any mail relay that stands between them,
 * Postern and others alike. Both speak SMTP with one thread each, so that on a small machine the
 * relay gets the CPU. Only loopback is talked to.
 */
@NullMarked
package io.postern.stack.load;

import org.jspecify.annotations.NullMarked;
