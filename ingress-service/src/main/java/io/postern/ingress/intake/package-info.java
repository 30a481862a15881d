/**
 * The way of a message into the log, and the records beside it:
 *
 * <ol>
 *   <li>{@link io.postern.ingress.bounds.Memory} gives a message its buffer.
 *   <li>{@link UnacceptedContent} counts its octets in the log until it is accepted.
 *   <li>{@link MessageIntake} writes the content as it comes; {@link HeaderBlock} keeps its header.
 *   <li>Behind the end of data it writes the envelope, and the message is accepted.
 *   <li>{@link RefusalCounts} publishes refusals instead, by the {@link RefusalChannel}.
 *   <li>The {@link HandshakeChannel} publishes handshakes of accepted mail.
 * </ol>
 */
@org.jspecify.annotations.NullMarked
package io.postern.ingress.intake;
