package io.postern.ingress.tls;

import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * The watch over the files of keys, certificates and the secret of tickets: every 3 s it looks at
 * each set for itself, so that a bad one does not keep the others from renewal. A change counts
 * within 6 s. Open sessions keep theirs.
 */
final class KeyFiles implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(KeyFiles.class);
  private static final int SECONDS = 3;

  private final List<WatchedFiles> sets;
  private final Runnable besides;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().daemon().name("ingress-key-files").unstarted(task));

  /** {@code besides}: done at each look too. */
  KeyFiles(List<WatchedFiles> sets, Runnable besides) {
    this.sets = List.copyOf(sets);
    this.besides = besides;
    var unused = timer.scheduleWithFixedDelay(this::look, SECONDS, SECONDS, TimeUnit.SECONDS);
  }

  synchronized void look() {
    try {
      sets.forEach(WatchedFiles::look);
      besides.run();
    } catch (RuntimeException fault) { // the timer would end by it
      LOG.error("The files of keys and certificates could not be checked", fault);
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
