/**
 * The decisions about connectors: acceptance of a recipient, and the next hop and TLS of a delivery
 * (docs/design/connectors.md). Pure functions of facts and a directory snapshot. No I/O, no clock,
 * no state between calls.
 *
 * <ol>
 *   <li>{@link io.postern.rules.DirectoryRules} check each change before it is written.
 *   <li>{@link io.postern.rules.Directory} indexes one state of all objects.
 *   <li>At RCPT, {@link io.postern.rules.InboundRules} look for the client's own organization.
 *   <li>Else the partner connectors of the recipient's organization accept or refuse.
 *   <li>After acceptance, {@link io.postern.rules.OutboundRules} choose the connector by domain.
 *   <li>Its TLS settings become the requirement; a step raises it, none lowers it.
 * </ol>
 */
@org.jspecify.annotations.NullMarked
package io.postern.rules;
