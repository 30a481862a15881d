/** The MTA-STS policies of the domains that get mail (RFC 8461). */
@org.jspecify.annotations.NullMarked
package io.postern.delivery.mtasts;
