/**
 * The decisions about connectors (docs/design/connectors.md): pure functions of facts and one state
 * of the directory. No I/O, no clock, no state between calls. {@code address}, {@code received} and
 * {@code recipients} stand under all others: addresses, domains, Received fields, lists of
 * recipients. On them stands this package: that state, {@link io.postern.rules.Directory}, with its
 * objects parsed, and the steps of an explanation. The others stand on it, each on those above it:
 *
 * <ol>
 *   <li>{@code gateway}: the host that handed a mail to a gateway.
 *   <li>{@code inbound}: at RCPT, the client's own organization, then the partner connectors of the
 *       recipient's organization accept or refuse.
 *   <li>{@code outbound}: after acceptance, the connector, the next hop and the TLS requirement.
 *   <li>{@code checks}: each change before it is written, and warnings about it.
 *   <li>{@code again}: a recorded session or mail decided once more.
 * </ol>
 */
@org.jspecify.annotations.NullMarked
package io.postern.rules;
