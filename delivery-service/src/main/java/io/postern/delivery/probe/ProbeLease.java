package io.postern.delivery.probe;

import io.postern.delivery.position.Ownership;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The time of one probe: past its end, or when the service stops, nothing new begins, and the
 * connection under way is ended. Any thread.
 */
final class ProbeLease implements Ownership, AutoCloseable {
  private final CompletableFuture<@Nullable Void> end = new CompletableFuture<>();
  private @Nullable Runnable abort;

  ProbeLease(long millis) {
    var unused =
        end.completeOnTimeout(null, Math.max(1, millis), TimeUnit.MILLISECONDS)
            .thenRun(this::abort);
  }

  @Override
  public boolean held() {
    return !end.isDone();
  }

  @Override
  public synchronized void connection(@Nullable Runnable cut) {
    abort = cut;
    if (cut != null && !held()) {
      cut.run();
    }
  }

  private synchronized void abort() {
    if (abort != null) {
      abort.run();
    }
  }

  /** Ends it now. */
  @Override
  public void close() {
    end.complete(null);
  }
}
