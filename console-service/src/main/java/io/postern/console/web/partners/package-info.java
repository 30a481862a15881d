/**
 * Pages about partners and connectors: forms, history, forced TLS step by step, watches, import and
 * export.
 */
@NullMarked
package io.postern.console.web.partners;

import org.jspecify.annotations.NullMarked;
