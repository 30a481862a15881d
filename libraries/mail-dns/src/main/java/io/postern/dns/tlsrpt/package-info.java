/** The record of TLS-RPT (RFC 8460). */
@org.jspecify.annotations.NullMarked
package io.postern.dns.tlsrpt;
