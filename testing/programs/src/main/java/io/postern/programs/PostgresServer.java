package io.postern.programs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL server as a process of its own on 127.0.0.1, with its data in a folder that is
 * made at the first start and continued later. Its one user has a password, which stands in the
 * folder for its owner alone.
 *
 * <p>The process ends with {@link #close()}, and at the latest when this JVM does: a shell waits
 * for the end of its standard input. PostgreSQL does not run as root: where this JVM does, a user
 * namespace of its own makes the server nobody's, with the files staying root's. A start is waited
 * for by asking its port, 60 s at most. Not thread-safe: one owner.
 */
public final class PostgresServer implements AutoCloseable {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);
  private static final String USER = "postern";
  private static final String READER = "console_search";
  private static final String DATABASE = "postgres";

  // Ends the server in order (SIGINT) when standard input ends, and itself with the server.
  private static final String GUARD =
      "\"$@\" & server=$!; { cat >/dev/null; kill -INT $server; } <&3 & wait $server";

  /** Small: a read model that is made anew from the log loses nothing by a lost last commit. */
  private static final List<String> SETTINGS =
      List.of(
          "listen_addresses=127.0.0.1",
          "unix_socket_directories=",
          "max_connections=40",
          // A search of months locks a table and its indexes for each day.
          "max_locks_per_transaction=256",
          "shared_buffers=96MB",
          "max_wal_size=512MB",
          "synchronous_commit=off",
          "jit=off",
          "timezone=UTC",
          "log_timezone=UTC");

  private final Path folder;
  private final Path program;
  private final int port;
  private @Nullable Process process;

  private PostgresServer(Path folder, Path program, int port) {
    this.folder = folder;
    this.program = program;
    this.port = port;
  }

  /** Whether there is a PostgreSQL for this kind of machine, and it can be run by this user. */
  public static boolean canRun() {
    return PostgresProgram.exists() && (!isRoot() || runs(List.of("unshare", "-U", "true")));
  }

  /** Starts one and waits until it answers. */
  public static PostgresServer start(Path folder, int port) {
    PostgresServer server = begin(folder, port);
    try {
      server.awaitReady();
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /**
   * Returns when it begins to start.
   *
   * @param folder of its data and its log
   */
  public static PostgresServer begin(Path folder, int port) {
    // Once for all servers of a build.
    Path program = PostgresProgram.in(KafkaBroker.libs().resolveSibling("postgres"));
    PostgresServer server = new PostgresServer(folder.toAbsolutePath(), program, port);
    Counts.add("database");
    try {
      Files.createDirectories(folder);
      if (!Files.exists(server.data().resolve("PG_VERSION"))) {
        server.makeData();
      }
      server.launch();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL in " + folder + " cannot be started", e);
    }
  }

  public String jdbcUrl() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + DATABASE;
  }

  public String user() {
    return USER;
  }

  /** A role that owns nothing, with the same password. */
  public String reader() {
    return READER;
  }

  public String password() {
    try {
      return Files.readString(passwordFile()).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path log() {
    return folder.resolve("postgres.log");
  }

  public boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** Waits until a client can connect. */
  public void awaitReady() {
    long end = System.nanoTime() + START_TIMEOUT.toNanos();
    while (!ready()) {
      if (!isAlive()) {
        throw failure("has ended");
      }
      if (System.nanoTime() > end) {
        throw failure("is not ready after " + START_TIMEOUT.toSeconds() + " s");
      }
      pause();
    }
  }

  /** Ends the server as a crash would (SIGKILL of all its processes). */
  public void kill() {
    Process shell = running();
    List<ProcessHandle> all = shell.descendants().toList();
    all.forEach(ProcessHandle::destroyForcibly);
    end(shell);
  }

  /** Starts it again, with the same port and data. */
  public void restart() {
    close();
    try {
      launch();
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL in " + folder + " cannot be started", e);
    }
    awaitReady();
  }

  /** Ends it in order, by force after 20 s. */
  @Override
  public void close() {
    Process shell = process;
    if (shell == null) {
      return;
    }
    try {
      shell.getOutputStream().close();
    } catch (IOException e) {
      shell.destroy(); // its pipe is broken: it has ended
    }
    end(shell);
  }

  /** Closes the shell's standard input, as the death of this JVM does. */
  void closeParentPipe() throws IOException {
    running().getOutputStream().close();
  }

  private void end(Process shell) {
    process = null;
    try {
      if (!shell.waitFor(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        shell.descendants().forEach(ProcessHandle::destroyForcibly);
        shell.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      shell.descendants().forEach(ProcessHandle::destroyForcibly);
      shell.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private void makeData() throws IOException {
    byte[] random = new byte[24];
    new SecureRandom().nextBytes(random);
    Files.deleteIfExists(passwordFile());
    Files.createFile(
        passwordFile(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(passwordFile(), HexFormat.of().formatHex(random) + "\n");
    Path half = folder.resolve("data.new");
    removeTree(half); // of a start that was cut off
    List<String> command = new ArrayList<>(asNobody());
    command.addAll(
        List.of(
            program.resolve("bin/initdb").toString(),
            "--pgdata=" + half,
            "--username=" + USER,
            "--auth=scram-sha-256",
            "--pwfile=" + passwordFile(),
            "--encoding=UTF-8",
            "--locale=C",
            "--no-sync"));
    if (!run(command)) {
      throw failure("cannot make its data");
    }
    Files.move(half, data());
  }

  /** Once for the data; a statement a line, as PostgreSQL reads it alone with its data. */
  private void makeReader() throws IOException {
    Path made = folder.resolve("reader-made");
    if (Files.exists(made)) {
      return;
    }
    Path statement = Files.createTempFile(folder, "reader", ".sql"); // mode 0600
    try {
      Files.writeString(
          statement, "CREATE ROLE " + READER + " LOGIN PASSWORD '" + password() + "'\n");
      List<String> command = new ArrayList<>(asNobody());
      command.addAll(
          List.of(
              program.resolve("bin/postgres").toString(),
              "--single",
              "-D",
              data().toString(),
              DATABASE));
      if (!run(command, ProcessBuilder.Redirect.from(statement.toFile()))) {
        throw failure("cannot make its role for searches");
      }
    } finally {
      Files.delete(statement);
    }
    Files.createFile(made);
  }

  private void launch() throws IOException {
    awaitPredecessor();
    makeReader();
    List<String> command = new ArrayList<>(List.of("sh", "-c", "exec 3<&0; " + GUARD, "postgres"));
    command.addAll(asNobody());
    command.addAll(
        List.of(program.resolve("bin/postgres").toString(), "-D", data().toString(), "-p"));
    command.add(Integer.toString(port));
    for (String setting : SETTINGS) {
      command.addAll(List.of("-c", setting));
    }
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
            .start();
  }

  /**
   * A server whose parent was killed ends within seconds, and holds the data until then. Its file
   * of state outlives a crash, and its process id may be another program's by now.
   */
  private void awaitPredecessor() throws IOException {
    if (!Files.exists(stateFile())) {
      return;
    }
    long pid = Long.parseLong(Files.readAllLines(stateFile()).getFirst().strip());
    long end = System.nanoTime() + STOP_TIMEOUT.toNanos();
    while (ProcessHandle.of(pid)
        .flatMap(other -> other.info().command())
        .filter(command -> command.endsWith("/postgres"))
        .isPresent()) {
      if (System.nanoTime() > end) {
        throw failure("is not started: another server uses its data");
      }
      pause();
    }
    Files.deleteIfExists(stateFile());
  }

  /** By its file of state, which has a line about it. */
  private boolean ready() {
    try {
      List<String> lines = Files.readAllLines(stateFile());
      return lines.size() > 7 && lines.get(7).strip().equals("ready");
    } catch (IOException e) {
      return false; // not written yet
    }
  }

  private boolean run(List<String> command) throws IOException {
    return run(command, ProcessBuilder.Redirect.PIPE);
  }

  private boolean run(List<String> command, ProcessBuilder.Redirect input) throws IOException {
    Process made =
        new ProcessBuilder(command)
            .redirectInput(input)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
            .start();
    try {
      return made.waitFor(START_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS) && made.exitValue() == 0;
    } catch (InterruptedException e) {
      made.destroyForcibly();
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static boolean runs(List<String> command) {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // there is no such program
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static List<String> asNobody() {
    return isRoot() ? List.of("unshare", "-U") : List.of();
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private IllegalStateException failure(String what) {
    return new IllegalStateException(
        "PostgreSQL in " + folder + " " + what + "; its log: " + log());
  }

  private Process running() {
    if (process == null) {
      throw failure("does not run");
    }
    return process;
  }

  private Path data() {
    return folder.resolve("data");
  }

  private Path stateFile() {
    return data().resolve("postmaster.pid");
  }

  private static void removeTree(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private Path passwordFile() {
    return folder.resolve("password");
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while PostgreSQL started");
    }
  }
}
