/** The result of a check: records, and the same as text and as JSON. */
@NullMarked
package io.postern.check.report;

import org.jspecify.annotations.NullMarked;
