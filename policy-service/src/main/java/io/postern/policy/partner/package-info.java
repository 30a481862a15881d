/**
 * Partners: whether mail to and from them goes as their connectors demand
 * (docs/guides/forced-tls-with-a-partner.md), and the pair of connectors that forces TLS with one
 * (docs/guides/forced-tls-with-a-partner.md). A next hop is walked by delivery-service, asked by
 * probe.requests: {@link io.postern.policy.partner.ProbeLog}.
 */
@org.jspecify.annotations.NullMarked
package io.postern.policy.partner;
