/** Counts sessions with mail hosts for the reports about TLS (RFC 8460, docs/guides/reports.md). */
@org.jspecify.annotations.NullMarked
package io.postern.delivery.tlsrpt;
