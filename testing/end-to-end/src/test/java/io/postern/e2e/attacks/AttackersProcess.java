package io.postern.e2e.attacks;

import io.postern.programs.EndWithParent;
import io.postern.programs.JavaProgram;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The process of {@link AttackersMain} for one attack. Ends with this one at the latest. */
final class AttackersProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Process process;
  private final BufferedReader said;

  private AttackersProcess(Process process) {
    this.process = process;
    this.said = process.inputReader();
  }

  /**
   * Started, and attacking.
   *
   * @param settings system properties of it
   */
  static AttackersProcess start(Attack attack, AttackTarget target, List<String> settings)
      throws IOException {
    List<String> flags =
        new ArrayList<>(
            List.of(
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow"));
    flags.addAll(target.properties());
    flags.addAll(settings);
    JavaProgram program =
        new JavaProgram(
            flags,
            Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .toList(),
            List.of(EndWithParent.class.getName(), AttackersMain.class.getName(), attack.name()));
    // A remote takes none of this machine's CPU: Linux' idle policy yields at once, nice 19 does
    // not.
    List<String> command = new ArrayList<>(List.of("chrt", "--idle", "0"));
    command.addAll(program.command());
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    AttackersProcess attackers = new AttackersProcess(process);
    String line = attackers.said.readLine();
    if (!AttackersMain.BEGUN.equals(line)) {
      process.destroyForcibly();
      throw new IOException("the attackers did not begin: " + line);
    }
    return attackers;
  }

  long pid() {
    return process.pid();
  }

  /** What they did, once they have ended. */
  String result() throws IOException, InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
      return "they did not end in time";
    }
    String line = said.readLine();
    return line == null ? "they ended without a word" : line;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
