package io.postern.ingress.intake;

import io.smallrye.reactive.messaging.kafka.Record;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.Message;

/** A log that takes nothing until the test lets it. */
final class WaitingEmitter implements Emitter<Record<String, byte[]>> {
  final List<CompletableFuture<Void>> waiting = new ArrayList<>();
  final List<byte[]> values = new ArrayList<>();
  boolean full;

  @Override
  public CompletionStage<Void> send(Record<String, byte[]> record) {
    if (full) {
      throw new IllegalStateException("full");
    }
    CompletableFuture<Void> done = new CompletableFuture<>();
    waiting.add(done);
    values.add(record.value());
    return done;
  }

  @Override
  public <M extends Message<? extends Record<String, byte[]>>> void send(M message) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void complete() {}

  @Override
  public void error(Exception e) {}

  @Override
  public boolean isCancelled() {
    return false;
  }

  @Override
  public boolean hasRequests() {
    return true;
  }
}
