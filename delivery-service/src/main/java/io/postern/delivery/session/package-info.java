/**
 * Sessions with hosts, for all who go there, with mail or with a question:
 *
 * <ol>
 *   <li>{@link io.postern.delivery.session.Connections} has an idle one for the {@link
 *       io.postern.delivery.route.SessionKey}, or {@link io.postern.delivery.session.SessionOpener}
 *       opens one, over TLS where it is offered; of a host with both families by the address that
 *       answers first ({@link io.postern.delivery.session.ConnectRace}).
 *   <li>The {@link io.postern.delivery.gate.TlsGate} rules on a {@link
 *       io.postern.delivery.session.Session}.
 *   <li>A smart host that asks who we are hears it then ({@link
 *       io.postern.delivery.session.Authentication}).
 *   <li>It is kept, or gets QUIT.
 * </ol>
 */
@org.jspecify.annotations.NullMarked
package io.postern.delivery.session;
