package io.postern.stack;

import io.postern.operator.connection.Launcher;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Optional;
import java.util.Properties;

/**
 * A stack that runs now, from the file of its launcher.
 *
 * @param process the launcher
 * @param smtpPort the first ingress' port
 */
public record RunningStack(ProcessHandle process, int smtpPort) {

  /** The stack that uses the folder, if its launcher is alive. */
  public static Optional<RunningStack> in(StateFolder state) {
    if (!Files.exists(state.runningFile())) {
      return Optional.empty();
    }
    Properties written = new Properties();
    try (InputStream in = Files.newInputStream(state.runningFile())) {
      written.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + state.runningFile(), e);
    }
    return Launcher.in(written)
        .map(process -> new RunningStack(process, Integer.parseInt(written.getProperty("smtp"))));
  }
}
