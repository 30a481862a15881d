/**
 * A draft of connectors against the mail of the last days
 * (docs/guides/forced-tls-with-a-partner.md).
 */
@org.jspecify.annotations.NullMarked
package io.postern.policy.whatif;
