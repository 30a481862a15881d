/** Recorded sessions and mails decided again, by another directory or in report-only mode. Pure. */
@org.jspecify.annotations.NullMarked
package io.postern.rules.again;
