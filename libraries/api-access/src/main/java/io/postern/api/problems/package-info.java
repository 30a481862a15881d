/** Answers to calls that failed, all as problem+json (RFC 9457; docs/reference/problems.md). */
@NullMarked
package io.postern.api.problems;

import org.jspecify.annotations.NullMarked;
