package io.postern.service;

/**
 * The log's topics are there and as declared: fired once, on a thread of the start. Observers begin
 * to read and write, and return soon.
 *
 * @param homePartitions the log's own number of partitions of the mail topics
 */
public record TopicsVerified(int homePartitions) {}
