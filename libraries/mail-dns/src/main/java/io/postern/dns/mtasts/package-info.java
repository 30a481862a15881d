/** The record and the policy of MTA-STS (RFC 8461). */
@org.jspecify.annotations.NullMarked
package io.postern.dns.mtasts;
