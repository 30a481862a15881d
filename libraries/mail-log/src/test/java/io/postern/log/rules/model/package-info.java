/**
 * A model of the log: home partitions, their writers and readers, and everything that can happen to
 * them, in simulated time and from a seed. The rules are the product's own classes
 * (docs/design/the-log.md).
 */
@NullMarked
package io.postern.log.rules.model;

import org.jspecify.annotations.NullMarked;
