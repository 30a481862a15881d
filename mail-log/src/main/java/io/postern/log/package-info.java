/**
 * The log's mechanics that several services share: durable way in, content, directory, verdicts,
 * topics. Plain Java on the Kafka client.
 */
@org.jspecify.annotations.NullMarked
package io.postern.log;
