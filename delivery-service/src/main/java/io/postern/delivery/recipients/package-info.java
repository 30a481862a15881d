/**
 * Questions of ingress-service whether mailboxes exist, answered by asking the mailbox route
 * (docs/guides/recipients.md). The way of a question:
 *
 * <ol>
 *   <li>{@link io.postern.delivery.recipients.RecipientQuestions} takes it from
 *       recipients.questions, unless its deadline is past.
 *   <li>{@link io.postern.delivery.recipients.DomainQuestions} puts it into its domain's line, and
 *       asks for those in line together, one transaction after the other.
 *   <li>{@link io.postern.delivery.recipients.RecipientProbe} decides, and {@link
 *       io.postern.delivery.recipients.MailboxQuestion} asks the host to which a delivery would go,
 *       by the same requirement.
 *   <li>{@link io.postern.delivery.recipients.RecipientQuestions} publishes the answers to
 *       recipients.answers.
 * </ol>
 */
@org.jspecify.annotations.NullMarked
package io.postern.delivery.recipients;
