package io.postern.policy.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Deployment;
import io.postern.log.LogSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;
import org.apache.kafka.streams.errors.ProductionExceptionHandler.ProductionExceptionHandlerResponse;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** A failure that may pass must not become a corrupted task, which takes others' records along. */
class FailedSendsTest {
  static final List<Exception> FAILURES =
      List.of(
          new TimeoutException("Expiring 20 record(s)"),
          new NotEnoughReplicasException("2 of 3 are away"),
          new IllegalStateException("closed"));

  @ParameterizedTest
  @FieldSource("FAILURES")
  void eachEndsTheSchedulersThread(Exception failure, @TempDir Path folder) {
    StreamsConfig config =
        new StreamsConfig(
            StreamsSettings.of(
                new LogSettings(Map.of("bootstrap.servers", "localhost:1")),
                Deployment.singleNode(4),
                folder));
    ProductionExceptionHandler handler = config.productionExceptionHandler();
    ErrorHandlerContext none = null;
    assertThat(handler.handle(none, new ProducerRecord<>("mail.due", new byte[0]), failure))
        .isEqualTo(ProductionExceptionHandlerResponse.FAIL);
  }
}
