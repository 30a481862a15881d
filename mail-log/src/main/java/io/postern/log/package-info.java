/**
 * The log's mechanics that several services share, a package for each: the durable way in, content,
 * directory, verdicts, topics. Here is what all of them use: how the log is reached, what is said
 * when it is away, and how much room its disks have. Plain Java on the Kafka client.
 */
@org.jspecify.annotations.NullMarked
package io.postern.log;
