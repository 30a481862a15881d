package io.postern.policy.scheduler;

import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;

/**
 * A record of the scheduler that Kafka did not take ends its thread, and with it the scheduler,
 * which begins again at its committed positions. Streams' own handler makes one task of it
 * "corrupted" where the failure may pass (a time-out): while the group rebalances it then aborts
 * the transaction that all tasks share, and the others go on and commit positions behind what was
 * aborted with it (docs/design/the-log.md, "Producers and readers"). Any thread.
 */
public final class FailedSends implements ProductionExceptionHandler {
  @Override
  public ProductionExceptionHandlerResponse handle(
      ErrorHandlerContext context, ProducerRecord<byte[], byte[]> record, Exception failure) {
    return ProductionExceptionHandlerResponse.FAIL;
  }

  @Override
  public void configure(Map<String, ?> configs) {}
}
