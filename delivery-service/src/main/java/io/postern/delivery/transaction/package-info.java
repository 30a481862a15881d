/**
 * The SMTP and LMTP client, for one delivery:
 *
 * <ol>
 *   <li>{@link io.postern.delivery.transaction.Relay} gets a slot of the destination and begins an
 *       {@link io.postern.delivery.transaction.Attempt}.
 *   <li>{@link io.postern.delivery.transaction.HostWalk} goes through the hosts and their
 *       addresses, each with a slot of its own.
 *   <li>{@link io.postern.delivery.transaction.Connections} has an idle session for the {@link
 *       io.postern.delivery.transaction.SessionKey}, or {@link
 *       io.postern.delivery.transaction.SessionOpener} opens one, over TLS where it is offered; of
 *       a host with both families by the address that answers first ({@link
 *       io.postern.delivery.transaction.ConnectRace}).
 *   <li>The {@link io.postern.delivery.gate.TlsGate} rules on it, before each transaction; a host
 *       that it refuses sees nothing of the envelope ({@link
 *       io.postern.delivery.transaction.SessionUse}). A smart host that asks who we are hears it
 *       then ({@link io.postern.delivery.transaction.Authentication}).
 *   <li>{@link io.postern.delivery.transaction.MailTransaction} sends envelope and content, and
 *       settles each {@link io.postern.delivery.transaction.Recipient} by the host's reply.
 *   <li>The attempt makes one outcome of all that; the session is kept or gets QUIT, and the slots
 *       go back with the walk's lesson about the destination.
 * </ol>
 */
@org.jspecify.annotations.NullMarked
package io.postern.delivery.transaction;
