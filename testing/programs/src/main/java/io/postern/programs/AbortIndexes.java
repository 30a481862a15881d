package io.postern.programs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Has a broker rebuild its indexes of aborted transactions after an end that was not in order.
 * Kafka (4.2.2) rebuilds a damaged offset or time index, but ends at each start when an index of
 * aborted transactions is damaged, as after a loss of power. Where the offset index of a segment is
 * missing, it reads the segment and makes all of its indexes again. As deploy/docker/broker/start.
 */
final class AbortIndexes {
  private static final String ENDED_IN_ORDER = ".kafka_cleanshutdown";
  private static final String SUFFIX = ".txnindex";

  private AbortIndexes() {}

  /**
   * Before the broker starts. Few segments have an aborted transaction, so the start reads little
   * more.
   *
   * @param data the broker's data folder
   */
  static void rebuildAfterCrash(Path data) throws IOException {
    if (Files.exists(data.resolve(ENDED_IN_ORDER))) {
      return;
    }
    for (Path index : filled(data)) {
      String name = index.getFileName().toString();
      String segment = name.substring(0, name.length() - SUFFIX.length());
      Files.deleteIfExists(index.resolveSibling(segment + ".index"));
    }
  }

  private static List<Path> filled(Path data) throws IOException {
    try (Stream<Path> files =
        Files.find(
            data,
            2,
            (file, is) ->
                is.isRegularFile() && is.size() > 0 && file.toString().endsWith(SUFFIX))) {
      return files.toList();
    }
  }
}
