/**
 * Real parts around Postern for tests: a certificate authority with its CRL server, a DNS server,
 * mail servers and a mail client, and in the packages below foreign mail servers, agents that
 * change a program's classes, and checks of contracts. All listen on loopback, on free ports.
 * Nothing here is used by a service in production.
 *
 * <p>The authority, the DNS server, the mail servers and the client are the example's partner too:
 * they run inside {@code ./run}'s own JVM, and the tests need the same ones. What runs as a process
 * of its own is in {@code io.postern.programs}.
 */
@NullMarked
package io.postern.lab;

import org.jspecify.annotations.NullMarked;
