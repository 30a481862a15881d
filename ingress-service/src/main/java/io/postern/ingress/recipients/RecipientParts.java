package io.postern.ingress.recipients;

import java.time.Duration;

/**
 * The parts of recipient validation that all sessions share. Each is thread-safe.
 *
 * @param patience for one recipient
 * @param transactionPatience for all recipients of one mail transaction
 */
public record RecipientParts(
    RecipientQuestions questions,
    SourceQuestions sources,
    Duration patience,
    Duration transactionPatience) {}
