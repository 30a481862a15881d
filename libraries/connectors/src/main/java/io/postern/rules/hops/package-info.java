/**
 * Which next hops, source addresses and EHLO names an operator must approve, and what an object's
 * approvals are after a change (docs/decisions/0087-next-hops-need-an-operators-approval.md). Pure.
 */
@org.jspecify.annotations.NullMarked
package io.postern.rules.hops;
