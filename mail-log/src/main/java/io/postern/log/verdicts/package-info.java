/** Verdicts on certificate chains: asked over the log, and remembered. */
@org.jspecify.annotations.NullMarked
package io.postern.log.verdicts;
