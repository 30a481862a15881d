package io.postern.policy.notices;

import io.postern.log.LogUnavailableException;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A record that follows from a notice, as soon as the content that it refers to is durable. One
 * thread.
 *
 * @param bytes about its size in memory until it is written
 * @param durable waits for that content
 */
record PendingRecord(int bytes, Durable durable) {
  /** The record in its final form. */
  interface Durable {
    ProducerRecord<String, byte[]> await() throws LogUnavailableException;
  }
}
