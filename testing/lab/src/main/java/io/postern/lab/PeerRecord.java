package io.postern.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The sessions and messages of a {@link ScriptedPeer} that has no other witness, kept until it
 * closes; contents are files, so that their size costs no memory. Thread-safe.
 */
final class PeerRecord implements PeerWitness {
  private final String hostName;
  private final @Nullable Path ownFolder;
  private final MessageFolder folder;
  private final List<PeerTranscript> sessions = new ArrayList<>();
  private final List<PeerMessage> messages = new ArrayList<>();

  /**
   * @param keepIn null: a folder of its own, which ends with it
   */
  PeerRecord(String hostName, @Nullable Path keepIn) throws IOException {
    this.hostName = hostName;
    Path path = keepIn == null ? Files.createTempDirectory("peer") : keepIn;
    this.ownFolder = keepIn == null ? path : null;
    this.folder = new MessageFolder(path);
  }

  MessageFolder folder() {
    return folder;
  }

  synchronized void begins(PeerTranscript session) {
    sessions.add(session);
    notifyAll();
  }

  @Override
  public void took(PeerMessage message) throws IOException {
    MessageFolder.facts(message);
    synchronized (this) {
      messages.add(message);
      notifyAll();
    }
  }

  synchronized List<PeerTranscript> sessions() {
    return List.copyOf(sessions);
  }

  synchronized List<PeerMessage> messages() {
    return List.copyOf(messages);
  }

  synchronized List<PeerMessage> awaitMessages(int count, Duration patience) {
    await(() -> messages.size() >= count, patience, count + " messages");
    return messages();
  }

  synchronized List<PeerTranscript> awaitSessions(int count, Duration patience) {
    await(() -> sessions.size() >= count, patience, count + " sessions");
    return sessions();
  }

  private void await(BooleanSupplier condition, Duration patience, String wanted) {
    long end = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError(
            "%s did not get %s within %s, but %d messages in %s"
                .formatted(hostName, wanted, patience, messages.size(), sessions));
      }
      try {
        wait(left);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while waiting for " + wanted, interrupted);
      }
    }
  }

  /** Removes the folder that it made for itself. No session may be running. */
  void removeOwnFolder() throws IOException {
    if (ownFolder != null) {
      try (Stream<Path> files = Files.walk(ownFolder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}
