package io.postern.lab;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program of the class path as a process of its own, at a terminal if the test wants one. One
 * thread.
 */
public final class RunningProgram implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /**
   * A shell's background job ignores SIGINT, all that it starts inherits that, and a JVM then
   * leaves Ctrl-C without effect. Other systems than Linux have no such program.
   */
  private static final List<String> DEFAULT_SIGNALS =
      System.getProperty("os.name").equals("Linux")
          ? List.of("env", "--default-signal=INT")
          : List.of();

  private final Process process;
  private final StringBuffer output = new StringBuffer();
  private final Thread reader;

  private RunningProgram(List<String> command) throws IOException {
    process = new ProcessBuilder(command).redirectErrorStream(true).start();
    reader = Thread.ofVirtual().start(this::read);
  }

  /** Without a terminal. */
  public static RunningProgram start(Class<?> main, List<String> args) throws IOException {
    return new RunningProgram(command(main, args));
  }

  /** At a terminal of its own, which script(1) makes. */
  public static RunningProgram atTerminal(Class<?> main, List<String> args) throws IOException {
    StringBuilder line = new StringBuilder();
    for (String word : command(main, args)) {
      line.append('\'').append(word.replace("'", "'\\''")).append("' ");
    }
    return new RunningProgram(List.of("script", "-qec", line.toString(), "/dev/null"));
  }

  private static List<String> command(Class<?> main, List<String> args) {
    List<String> command = new ArrayList<>(DEFAULT_SIGNALS);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(main.getName());
    command.addAll(args);
    return command;
  }

  private void read() {
    byte[] buffer = new byte[4096];
    try {
      for (int n = process.getInputStream().read(buffer);
          n >= 0;
          n = process.getInputStream().read(buffer)) {
        output.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All that it has printed. */
  public String output() {
    return output.toString();
  }

  /** Types a line. */
  public void type(String line) throws IOException {
    OutputStream in = process.getOutputStream();
    in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    in.flush();
  }

  /** As Ctrl-C does it. */
  public void interrupt() throws IOException, InterruptedException {
    var unused = new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
  }

  /** Its exit code. */
  public int end() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("it still runs: " + output);
    }
    reader.join();
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
