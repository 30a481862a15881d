package io.postern.lab;

import io.postern.lab.clock.ClockAgent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;

/**
 * The wall clock of a program in Java, which a test sets while the program runs ({@link
 * ClockAgent}); the clock that nobody sets goes on. Any thread.
 */
public final class WallClock {
  private final Path file;
  private final Path jar;

  /**
   * @param folder for this clock alone
   */
  public WallClock(Path folder) {
    try {
      Files.createDirectories(folder);
      file = folder.toAbsolutePath().resolve("ahead-millis");
      jar = AgentJar.writeForJdk(folder.toAbsolutePath().resolve("clock.jar"), ClockAgent.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    set(Duration.ZERO);
  }

  /** What the program's command begins with. */
  public List<String> enter() {
    return List.of(
        "env", "JAVA_TOOL_OPTIONS=" + AgentJar.jvmFlags(jar, file.toString()).getFirst());
  }

  /** From now on it differs so much from the machine's. */
  public void set(Duration ahead) {
    try {
      Path whole = file.resolveSibling(file.getFileName() + ".new");
      Files.writeString(whole, Long.toString(ahead.toMillis()));
      Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
