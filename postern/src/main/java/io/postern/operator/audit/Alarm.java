package io.postern.operator.audit;

/**
 * One finding of the audit. No address and no content: queue id and index only.
 *
 * @param queueId empty: no single message
 * @param recipient index into the accepted envelope; -1: the message as a whole
 * @param lookedAt the facts, for people
 */
public record Alarm(AlarmKind kind, String queueId, int recipient, String lookedAt) {}
