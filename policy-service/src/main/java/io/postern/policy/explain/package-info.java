/** What would happen to a mail, and why: the API that explains decisions (docs/explain.md). */
@org.jspecify.annotations.NullMarked
package io.postern.policy.explain;
