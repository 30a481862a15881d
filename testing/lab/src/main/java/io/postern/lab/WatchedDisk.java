package io.postern.lab;

import io.postern.lab.disk.DiskAgent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The folder of a process whose flushes are noted ({@link DiskAgent}), so that the power can be
 * cut; {@link PowerCut} has the model. Owner: one thread, and no process writes during a cut.
 *
 * <p>Linux only.
 */
public final class WatchedDisk {
  private final Path data;
  private final Path notes;

  /**
   * @param data the watched folder; it need not be there yet
   * @param notes a folder for this class alone, outside of {@code data}; its second links to the
   *     files are beside {@code data}
   */
  public WatchedDisk(Path data, Path notes) {
    this.data = data.toAbsolutePath();
    this.notes = notes.toAbsolutePath();
  }

  /** Flags of the JVM that writes; it may end and start again in between. */
  public List<String> jvmOptions() {
    try {
      Path jar =
          AgentJar.writeForJdk(
              Files.createDirectories(notes).resolve("agent.jar"), DiskAgent.class);
      return AgentJar.jvmFlags(jar, notes + "," + data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Cuts everything back to a state that a disk without power may have; it counts as durable.
   *
   * @param random decides about each file and folder
   * @param tails the possible fates of a file's unflushed bytes
   */
  public PowerCut.Losses cut(RandomGenerator random, Set<PowerCut.Tail> tails) throws IOException {
    return new PowerCut(data, notes, random, tails).cut();
  }
}
