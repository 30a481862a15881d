/**
 * What counts in the log, as all its readers and writers agree without asking each other: the chain
 * of Decisions, owners of partitions, which outcomes count, what a position says, when a final dot
 * may be sent (docs/design/the-log.md). Pure: no input or output, no framework, clocks are given.
 */
@NullMarked
package io.postern.log.rules;

import org.jspecify.annotations.NullMarked;
