package io.postern.log.sending;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RecordSinkTest {
  private final List<CompletableFuture<Void>> queued = new ArrayList<>();
  private final RecordSink sink =
      (topic, key, value) -> {
        CompletableFuture<Void> done = new CompletableFuture<>();
        queued.add(done);
        return done;
      };

  private static CompletableFuture<Void> send(RecordSink to) {
    return to.send("topic", "key", new byte[0]).toCompletableFuture();
  }

  @Test
  void oneUserTakesThePlacesOfNoOther() {
    RecordSink one = sink.atMost(2);
    RecordSink other = sink.atMost(1);
    assertThat(send(one)).isNotDone();
    assertThat(send(one)).isNotDone();
    assertThat(send(one)).isCompletedExceptionally();
    assertThat(send(other)).isNotDone();
    queued.getFirst().complete(null);
    assertThat(send(one)).isNotDone();
    queued.get(1).completeExceptionally(new IllegalStateException("not written"));
    assertThat(send(one)).isNotDone();
    assertThat(send(one)).isCompletedExceptionally();
  }
}
