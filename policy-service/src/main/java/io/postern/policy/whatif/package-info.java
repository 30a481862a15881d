/** A draft of connectors against the mail of the last days (docs/what-if.md). */
@org.jspecify.annotations.NullMarked
package io.postern.policy.whatif;
