package io.postern.ingress.tls;

import io.postern.service.Every;
import java.time.Duration;
import java.util.List;

/**
 * The watch over the files of keys, certificates and the secret of tickets: every 3 s it looks at
 * each set for itself, so that a bad one does not keep the others from renewal. A change counts
 * within 6 s. Open sessions keep theirs.
 */
final class KeyFiles implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofSeconds(3);

  private final List<WatchedFiles> sets;
  private final Runnable besides;
  private final Every every =
      new Every(
          KeyFiles.class,
          "ingress-key-files",
          "The files of keys and certificates could not be checked");

  /** {@code besides}: done at each look too. */
  KeyFiles(List<WatchedFiles> sets, Runnable besides) {
    this.sets = List.copyOf(sets);
    this.besides = besides;
    every.repeat(PERIOD, this::look);
  }

  synchronized void look() {
    sets.forEach(WatchedFiles::look);
    besides.run();
  }

  @Override
  public void close() {
    every.close();
  }
}
