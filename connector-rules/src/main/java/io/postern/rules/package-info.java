/**
 * Who may send what, and which TLS a delivery needs (docs/design/connectors.md, "Inbound",
 * "Outbound"): pure functions of facts and a directory snapshot. No I/O, no clock, no state between
 * calls.
 */
@org.jspecify.annotations.NullMarked
package io.postern.rules;
