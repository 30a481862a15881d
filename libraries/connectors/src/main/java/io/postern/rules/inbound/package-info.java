/**
 * The decision at RCPT: which organization a client sends for, and which partner connector accepts
 * or refuses (docs/design/connectors.md, "Inbound"). Pure.
 */
@org.jspecify.annotations.NullMarked
package io.postern.rules.inbound;
