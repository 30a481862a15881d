package io.postern.policy.api;

import io.postern.contracts.v1.DirectoryCommand;
import io.postern.contracts.v1.DirectoryResult;
import io.postern.log.LogUnavailableException;
import io.postern.log.directory.DirectoryReader;
import io.postern.policy.directory.DirectoryCommands;
import io.postern.rules.Directory;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/**
 * One change of the directory: a command for the owner, its answer, and this replica's own reader
 * behind it. Any thread that may block; 10 s in all, from its making on.
 */
final class Changes {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private final DirectoryReader<Directory> reader;
  private final DirectoryCommands commands;
  private final long deadline = System.nanoTime() + PATIENCE.toNanos();

  Changes(DirectoryReader<Directory> reader, DirectoryCommands commands) {
    this.reader = reader;
    this.commands = commands;
  }

  Directory directory() throws UnavailableException {
    return reader
        .awaitCurrent()
        .orElseThrow(
            () ->
                new UnavailableException(
                    UnavailableException.UNAVAILABLE,
                    "The directory is not completely read, or Kafka is unavailable: try again.",
                    null));
  }

  DirectoryResult send(DirectoryCommand command) throws UnavailableException {
    try {
      return commands.submit(command, left());
    } catch (LogUnavailableException e) {
      throw new UnavailableException(
          UnavailableException.UNAVAILABLE,
          "Kafka does not accept the change now: check the directory, and repeat the change.",
          e);
    } catch (TimeoutException e) {
      throw new UnavailableException(
          UnavailableException.TIMED_OUT,
          "The change is in Kafka, and no policy-service responded within 10 seconds. It will be "
              + "processed as soon as one does: check the directory before you repeat it.",
          e);
    }
  }

  void awaitOwnReader(DirectoryResult result) throws UnavailableException {
    long version = result.getVersion();
    if (!reader.awaitVersion(version, left())
        || !reader.awaitRecipients(result.getRecipientsEnd(), left())) {
      throw new UnavailableException(
          UnavailableException.TIMED_OUT,
          "The change was made (version "
              + version
              + "), but this service has not read it within 10 seconds.",
          null);
    }
  }

  /** Somebody else's change, which the owner has seen. */
  void awaitOther(Directory before) {
    reader.awaitVersion(before.version() + 1, left());
  }

  private Duration left() {
    return Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime()));
  }
}
