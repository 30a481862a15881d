package io.postern.service;

import io.postern.log.sending.RecordSink;
import io.quarkus.arc.properties.IfBuildProperty;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.KafkaRecord;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.jspecify.annotations.Nullable;

/**
 * The channel {@code records} of a service whose settings have one: the records that the service
 * writes of its own accord (docs/decisions/0003), each topic in the order of sending.
 */
@ApplicationScoped
@IfBuildProperty(name = "mp.messaging.outgoing.records.connector", stringValue = "smallrye-kafka")
public class RecordChannel implements RecordSink {
  /** No less than the bounds of any service's users together. */
  private static final int QUEUED = 2_100;

  private final MutinyEmitter<byte @Nullable []> emitter;

  RecordChannel(
      @Channel("records") @OnOverflow(value = OnOverflow.Strategy.BUFFER, bufferSize = QUEUED)
          MutinyEmitter<byte @Nullable []> emitter) {
    this.emitter = emitter;
  }

  @Override
  public CompletionStage<Void> send(String topic, String key, byte @Nullable [] value) {
    // Also a full queue is a failure of the stage.
    return Uni.createFrom()
        .deferred(() -> emitter.sendMessage(KafkaRecord.of(topic, key, value)))
        .subscribeAsCompletionStage();
  }
}
