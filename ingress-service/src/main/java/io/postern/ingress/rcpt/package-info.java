/**
 * A recipient at RCPT: {@link Recipient} is what the command gave, {@link Candidate} what the
 * checks found about it, {@link RecipientCheck} one of them and {@link RecipientChecks} their
 * order. A {@link Refusal} is the end of any command, and its {@link RefusalKind} what is counted.
 */
@org.jspecify.annotations.NullMarked
package io.postern.ingress.rcpt;
