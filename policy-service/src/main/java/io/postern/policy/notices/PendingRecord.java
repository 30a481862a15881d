package io.postern.policy.notices;

import io.postern.log.LogUnavailableException;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A record that a notice leads to, as soon as what it refers to is durable. One thread. */
interface Pending {
  /** About what it takes in memory until it is written. */
  int bytes();

  /** Waits for what it refers to. */
  ProducerRecord<String, byte[]> record() throws LogUnavailableException;
}
