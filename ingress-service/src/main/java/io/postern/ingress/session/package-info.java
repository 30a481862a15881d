/**
 * The SMTP session of one connection, beside RFC 5321:
 *
 * <ol>
 *   <li>{@link SmtpSession} greets, then obeys one command after the other.
 *   <li>{@link CommandLines} waits for each command, as {@link SessionClock} and {@link
 *       CommandPace} allow.
 *   <li>{@link MailCommands} begins a {@link MailTransaction} at MAIL and decides each recipient at
 *       RCPT.
 *   <li>{@link DataCommand} streams the content into the log, then the envelope.
 *   <li>{@link Replies} sends the reply, and records a {@link Refusal}.
 *   <li>{@link HandshakeReport} reports the handshake of an accepted message.
 * </ol>
 */
@org.jspecify.annotations.NullMarked
package io.postern.ingress.session;
