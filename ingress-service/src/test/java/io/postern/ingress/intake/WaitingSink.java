package io.postern.ingress.intake;

import io.postern.log.sending.RecordSink;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A log that takes nothing until the test lets it. */
final class WaitingSink implements RecordSink {
  final List<CompletableFuture<Void>> waiting = new ArrayList<>();
  final List<byte[]> values = new ArrayList<>();
  boolean full;
  boolean writes;

  @Override
  public CompletionStage<Void> send(String topic, String key, byte @Nullable [] value) {
    if (full || value == null) {
      return CompletableFuture.failedStage(new IllegalStateException("full"));
    }
    CompletableFuture<Void> done = new CompletableFuture<>();
    waiting.add(done);
    values.add(value);
    if (writes) {
      done.complete(null);
    }
    return done;
  }
}
