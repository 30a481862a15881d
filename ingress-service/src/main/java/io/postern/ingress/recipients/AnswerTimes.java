package io.postern.ingress.recipients;

import java.time.Duration;

/**
 * How long answers count.
 *
 * @param existing a mailbox that exists
 * @param refresh age at which the use of such an answer makes a new question, for which nobody
 *     waits
 * @param missing a mailbox that does not exist
 * @param unknown a mailbox of which nobody said
 */
public record AnswerTimes(
    Duration existing, Duration refresh, Duration missing, Duration unknown) {}
