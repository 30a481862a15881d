package io.postern.programs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * A real Kafka broker, one node in KRaft mode, as a process of its own with its data in a folder:
 * alone on 127.0.0.1, or one of several ({@link Brokers}). A folder that holds data already is
 * continued, on ports chosen anew; {@link #restart()} keeps the ports.
 *
 * <p>The process ends with {@link #close()}, and at the latest when this JVM does ({@link
 * EndWithParent}). A start is waited for by asking the broker, 120 s at most; one that fails leaves
 * no process behind and throws with the end of the broker's log. Not thread-safe: one owner.
 *
 * <p>The jars come from {@code testing/broker/target/libs}, looked for from the working directory
 * upwards, or from the folder that the system property {@code postern.broker.libs} names.
 */
public final class KafkaBroker implements AutoCloseable {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(120);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration PREDECESSOR_TIMEOUT = Duration.ofSeconds(15);
  private static final int PORT_TRIES = 3;
  private static final int TAIL_LINES = 25;
  private static final String LOOPBACK = "127.0.0.1";
  private static final String WRAPPER = EndWithParent.class.getName();
  private static final String BROKER = "kafka.Kafka";

  private final Path folder;
  private final BrokerSettings settings;
  private final BrokerNode node;
  private final String cluster;
  private @Nullable Process process;

  private KafkaBroker(Path folder, BrokerSettings settings, BrokerNode node, String cluster) {
    this.folder = folder.toAbsolutePath();
    this.settings = settings;
    this.node = node;
    this.cluster = cluster;
  }

  /** Starts a small broker; {@code more} may change its properties. */
  public static KafkaBroker start(Path folder, Consumer<Properties> more) {
    return start(folder, BrokerSettings.small().with(more));
  }

  public static KafkaBroker start(Path folder, BrokerSettings settings) {
    Counts.add("broker");
    for (int i = 1; ; i++) {
      KafkaBroker broker = launched(folder, settings);
      try {
        broker.awaitReady();
        return broker;
      } catch (IllegalStateException failed) {
        boolean portTaken = String.valueOf(failed.getMessage()).contains("Address already in use");
        if (!portTaken || i == PORT_TRIES) {
          throw failed;
        }
      }
    }
  }

  /**
   * Returns at once, so that its clients can start beside it; {@link #awaitReady} must follow. It
   * fails where another program took a port meanwhile, where {@link #start} would try others.
   */
  public static KafkaBroker begin(Path folder, BrokerSettings settings) {
    Counts.add("broker");
    return launched(folder, settings);
  }

  private static KafkaBroker launched(Path folder, BrokerSettings settings) {
    BrokerNode node = BrokerNode.on(List.of(LOOPBACK)).getFirst();
    return launched(folder, settings, node, Uuid.randomUuid().toString());
  }

  /**
   * @param cluster the id with which an empty folder is formatted
   */
  static KafkaBroker launched(
      Path folder, BrokerSettings settings, BrokerNode node, String cluster) {
    KafkaBroker broker = new KafkaBroker(folder, settings, node, cluster);
    broker.launch();
    return broker;
  }

  /** Value for {@code bootstrap.servers}. */
  public String bootstrap() {
    return node.host() + ":" + node.clientPort();
  }

  /** From 1. */
  public int id() {
    return node.id();
  }

  /** Where its data is. */
  public Path data() {
    return folder.resolve("data");
  }

  public long pid() {
    return running().pid();
  }

  public boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** The broker's own log. */
  public Path log() {
    return folder.resolve("server.log");
  }

  /** Stops the process where it is (SIGSTOP): connections stay, nothing is answered. */
  public void pause() {
    signal("-STOP", running());
  }

  public void resume() {
    signal("-CONT", running());
  }

  /** Ends the process as a crash would (SIGKILL). Data and ports stay for {@link #restart()}. */
  public void kill() {
    Process victim = running();
    victim.destroyForcibly();
    awaitEnd(victim);
    process = null;
  }

  /** Stops the process in order, by force after 30 s. Data and ports stay. */
  public void stop() {
    Process stopping = process;
    process = null;
    if (stopping == null || !stopping.isAlive()) {
      return;
    }
    signal("-CONT", stopping); // a paused process would not see SIGTERM
    stopping.destroy();
    awaitEnd(stopping);
  }

  /** Stops the process if it runs and starts it again with the same ports and data. */
  public void restart() {
    stop();
    launch();
    awaitReady();
  }

  @Override
  public void close() {
    stop();
  }

  /** Closes the broker's standard input, as the death of this JVM does. */
  void closeParentPipe() throws IOException {
    running().getOutputStream().close();
  }

  void launch() {
    try {
      Path data = Files.createDirectories(data());
      Path configuration = folder.resolve("server.properties");
      BrokerSettings.write(settings.properties(folder, node), configuration);
      Files.writeString(folder.resolve("log4j2.properties"), BrokerSettings.logging(log()));
      awaitPredecessor();
      AbortIndexes.rebuildAfterCrash(data);
      process = start(program(Files.exists(data.resolve("meta.properties"))), configuration);
    } catch (IOException failed) {
      throw new UncheckedIOException("broker in " + folder + " cannot be started", failed);
    }
  }

  /** Waits until topics can be made. */
  public void awaitReady() {
    orNone(
        () -> {
          awaitListening();
          awaitBroker();
        });
  }

  /** A start that fails leaves no process behind. */
  private void orNone(Runnable wait) {
    boolean done = false;
    try {
      wait.run();
      done = true;
    } finally {
      if (!done) {
        Process failed = running();
        process = null;
        failed.destroyForcibly();
        awaitEnd(failed);
      }
    }
  }

  /** Of a folder that is formatted, or has to be first. */
  private JavaProgram program(boolean formatted) {
    JavaProgram program = cached(program(settings).with(settings.jvmOfNode().apply(node.id())));
    if (formatted) {
      return program;
    }
    List<String> main = List.of(WRAPPER, FormatFirst.class.getName(), cluster, BROKER);
    return program.main(main);
  }

  private Process start(JavaProgram program, Path configuration) throws IOException {
    List<String> main = new ArrayList<>(program.main());
    main.add(configuration.toString());
    JavaProgram here =
        program
            .with(List.of("-Dlog4j2.configurationFile=" + folder.resolve("log4j2.properties")))
            .main(main);
    List<String> command = new ArrayList<>(settings.enter().apply(node.id()));
    command.addAll(here.command());
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(output().toFile())
        .start();
  }

  /** The broker's program, without the options and arguments of its folder. */
  public static JavaProgram program(BrokerSettings settings) {
    List<String> jvm = new ArrayList<>(settings.jvm());
    jvm.add("--enable-native-access=ALL-UNNAMED");
    jvm.add("--sun-misc-unsafe-memory-access=allow");
    List<Path> classPath = new ArrayList<>(jars(libs()));
    classPath.add(JavaProgram.classesOf(EndWithParent.class));
    return new JavaProgram(jvm, classPath, List.of(WRAPPER, BROKER));
  }

  /** Where the broker's AOT cache is, beside its jars. */
  public static Path cacheFolder() {
    return libs().resolveSibling("aot");
  }

  /** Sorted: an AOT cache is for one order, and a folder has none. */
  private static List<Path> jars(Path libs) {
    try (Stream<Path> files = Files.list(libs)) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("no jars of the broker in " + libs, e);
    }
  }

  /**
   * A broker whose parent was killed needs some seconds to end and holds Kafka's lock till then.
   */
  private void awaitPredecessor() throws IOException {
    Path lock = data().resolve(".lock");
    if (!Files.exists(lock)) {
      return;
    }
    long end = System.nanoTime() + PREDECESSOR_TIMEOUT.toNanos();
    try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
      while (true) {
        try (FileLock mine = channel.tryLock()) {
          if (mine != null) {
            return;
          }
        }
        if (System.nanoTime() > end) {
          throw failure("another broker uses this folder");
        }
        pause(Duration.ofMillis(100));
      }
    }
  }

  private void awaitListening() {
    long end = System.nanoTime() + START_TIMEOUT.toNanos();
    while (!listens()) {
      check(running(), end);
      pause(Duration.ofMillis(50));
    }
  }

  private void awaitBroker() {
    long end = System.nanoTime() + START_TIMEOUT.toNanos();
    Map<String, Object> client = new HashMap<>(settings.client());
    client.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap());
    client.put(AdminClientConfig.RETRY_BACKOFF_MS_CONFIG, "50");
    try (Admin admin = Admin.create(client)) {
      while (!hasBroker(admin)) {
        check(running(), end);
        pause(Duration.ofMillis(50));
      }
    }
  }

  private void check(Process starting, long end) {
    if (!starting.isAlive()) {
      throw failure("ended with exit code " + starting.exitValue());
    }
    if (System.nanoTime() > end) {
      throw failure("is not ready after " + START_TIMEOUT.toSeconds() + " s");
    }
  }

  private boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(node.host(), node.clientPort()), /* ms */ 1000);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  /** True once the controller has let the broker in: before that no topic can be made on it. */
  private boolean hasBroker(Admin admin) {
    try {
      return admin.describeCluster().nodes().get(5, TimeUnit.SECONDS).stream()
          .anyMatch(known -> known.id() == node.id());
    } catch (ExecutionException | TimeoutException notYet) {
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the broker started");
    }
  }

  private IllegalStateException failure(String what) {
    return new IllegalStateException(
        "Kafka broker in %s %s; the end of its output and log:%n%s%n%s"
            .formatted(folder, what, tail(output()), tail(log())));
  }

  private static String tail(Path file) {
    try {
      List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
      return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    } catch (IOException unreadable) {
      return file + " cannot be read: " + unreadable;
    }
  }

  private Path output() {
    return folder.resolve("server.out");
  }

  private Process running() {
    if (process == null) {
      throw new IllegalStateException("the broker in " + folder + " does not run");
    }
    return process;
  }

  private static void awaitEnd(Process ending) {
    try {
      if (!ending.waitFor(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        ending.destroyForcibly().waitFor();
      }
    } catch (InterruptedException interrupted) {
      ending.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static void signal(String signal, Process target) {
    try {
      int code =
          // The shell's own: an image of Java alone has no program of that name.
          new ProcessBuilder("sh", "-c", "kill %s %d".formatted(signal, target.pid()))
              .redirectErrorStream(true)
              .start()
              .waitFor();
      if (code != 0 && target.isAlive()) {
        throw new IllegalStateException("kill %s %d: %d".formatted(signal, target.pid(), code));
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the broker started");
    }
  }

  private static JavaProgram cached(JavaProgram program) {
    return AotCache.of(program, cacheFolder()).map(AotCache::use).orElse(program);
  }

  /** Below {@code testing/broker/target}, where an image has them too. */
  static Path libs() {
    String named = System.getProperty("postern.broker.libs");
    if (named != null) {
      return Path.of(named);
    }
    Path start = Path.of("").toAbsolutePath();
    for (Path at = start; at != null; at = at.getParent()) {
      Path libs = at.resolve("testing/broker/target/libs");
      if (Files.isDirectory(libs)) {
        return libs;
      }
    }
    throw new IllegalStateException(
        "no testing/broker/target/libs at or above "
            + start
            + ": build testing/broker (mvn package -pl testing/broker) or set postern.broker.libs");
  }
}
