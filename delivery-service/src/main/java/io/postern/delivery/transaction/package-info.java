/**
 * Mail transactions, from MAIL to the reply to the final dot (RFC 5321 §3.3, RFC 2033): {@link
 * io.postern.delivery.transaction.MailTransaction} sends envelope and content over a session that
 * passed the gate, and settles each recipient by the host's reply, where the host has the
 * extensions that the message needs ({@link io.postern.delivery.transaction.NeededExtensions}).
 */
@org.jspecify.annotations.NullMarked
package io.postern.delivery.transaction;
