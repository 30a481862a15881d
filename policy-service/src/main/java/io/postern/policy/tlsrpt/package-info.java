/**
 * Makes the reports about TLS of other domains' mail hosts, and sends them (RFC 8460,
 * docs/tls-reports.md).
 */
@org.jspecify.annotations.NullMarked
package io.postern.policy.tlsrpt;
