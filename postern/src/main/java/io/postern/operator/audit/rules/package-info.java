/**
 * The rules by which records count (docs/design/the-log.md, "Decisions: a chain", "Owners and
 * outcomes"), written a second time: the audit checks the services, so it shares no rule with them.
 * The trace uses these too. Pure.
 */
@NullMarked
package io.postern.operator.audit.rules;

import org.jspecify.annotations.NullMarked;
