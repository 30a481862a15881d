/**
 * The log's mechanics that several services share, a package for each: the durable way in, content,
 * directory, verdicts, topics. Here are the parts that all of them use: settings of the clients,
 * the log lines about an outage, and the room on the brokers' disks. Plain Java on the Kafka
 * client.
 */
@org.jspecify.annotations.NullMarked
package io.postern.log;
