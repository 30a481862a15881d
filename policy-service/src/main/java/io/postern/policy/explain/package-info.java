/**
 * What would happen to a mail, and why: the API that explains decisions
 * (docs/guides/tracing-a-message.md).
 */
@org.jspecify.annotations.NullMarked
package io.postern.policy.explain;
