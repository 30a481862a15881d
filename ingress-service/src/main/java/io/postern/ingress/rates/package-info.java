/**
 * Rates: messages and recipients a minute of one network, connector or sender
 * (docs/guides/rate-limits.md). This replica counts alone, in memory.
 */
@org.jspecify.annotations.NullMarked
package io.postern.ingress.rates;
