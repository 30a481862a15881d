package io.postern.log.rules;

/** One attempt of a message. Its number and a recipient's index never stand side by side. */
public record MessageAttempt(String queueId, int number) {}
