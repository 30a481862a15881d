package io.postern.ingress.recipients;

import io.postern.ingress.bounds.Level;
import io.postern.ingress.source.Source;
import java.time.Duration;

/**
 * The parts of recipient validation that all sessions share. Each is thread-safe.
 *
 * @param sources the questions of each about mailboxes that do not exist, or without an answer: a
 *     dictionary attack costs the mailbox host and Kafka no more
 * @param patience for one recipient
 * @param transactionPatience for all recipients of one mail transaction
 */
public record RecipientParts(
    RecipientQuestions questions,
    Level<Source> sources,
    Duration patience,
    Duration transactionPatience) {}
