/**
 * Makes the reports about TLS of other domains' mail hosts, and sends them (RFC 8460,
 * docs/guides/reports.md).
 */
@org.jspecify.annotations.NullMarked
package io.postern.policy.tlsrpt;
