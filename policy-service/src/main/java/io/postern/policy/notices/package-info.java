/**
 * The notice writer: delivery status notifications, each written once (docs/design/architecture.md,
 * "Time").
 *
 * <ol>
 *   <li>{@code NoticeWriter} polls {@code mail.notices}.
 *   <li>{@code NoticeRecords} reads a notice's message and last outcome back, and asks NOTIFY and
 *       {@code MailBudget}.
 *   <li>{@code Reports} makes a {@code Report} for each organization, with {@code Meanings}.
 *   <li>{@code Dsn} writes the three parts: {@code HumanPart}, {@code StatusPart}, {@code
 *       ReturnedPart}.
 *   <li>{@code DsnTexts} puts the text into {@code mail.content}.
 *   <li>The DSNs and the position are one transaction.
 * </ol>
 */
@NullMarked
package io.postern.policy.notices;

import org.jspecify.annotations.NullMarked;
