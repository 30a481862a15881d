/**
 * The decision after acceptance: connector, next hop and TLS requirement of each recipient
 * (docs/design/connectors.md, "Outbound"). A step raises the requirement, none lowers it. Pure.
 */
@org.jspecify.annotations.NullMarked
package io.postern.rules.outbound;
