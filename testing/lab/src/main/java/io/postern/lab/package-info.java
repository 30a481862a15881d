/**
 * Real parts around Postern for tests and for the example: a broker process, a certificate
 * authority with its CRL server, a DNS server, mail servers and a mail client. All listen on
 * loopback, on free ports. Nothing here is used by a service in production.
 */
@NullMarked
package io.postern.lab;

import org.jspecify.annotations.NullMarked;
