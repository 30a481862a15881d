/**
 * The host that handed a mail to the gateway through which it came (docs/guides/gateways.md). Pure.
 */
@org.jspecify.annotations.NullMarked
package io.postern.rules.gateway;
