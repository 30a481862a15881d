package io.postern.stack.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One child program that is kept alive: when it ends without having been asked to, it is started
 * again after 0.1, 1, 2, 4 ... 30 s, and that is reported; {@link #restartByItself} switches it off
 * for those who do it themselves. Its output goes to one log file; a file from before the first
 * start is kept as {@code .1}, and so is one above 16 MB at a restart.
 *
 * <p>The child's standard input is a pipe that this process holds open; the child must end when the
 * pipe closes (see {@code EndWithParent}), which covers every way in which this process can end,
 * kill -9 included.
 *
 * <p>Thread rules: any thread. Failure: {@link #start} throws if the program cannot be started at
 * all.
 */
public final class ManagedProcess implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(30);
  private static final Duration STOP = Duration.ofSeconds(60);
  private static final Duration STABLE = Duration.ofSeconds(60);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration SECOND_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final Duration SIGNAL_PATIENCE = Duration.ofSeconds(5);
  private static final long LOG_BYTES = 16 << 20;

  private final String name;
  private final Supplier<List<String>> command;
  private final Path log;
  private final Consumer<String> say;
  private volatile boolean closing;
  private volatile boolean restarting = true;
  private volatile @Nullable Process process;

  /**
   * @param command asked at each start: it may name a cache that was made meanwhile
   */
  public ManagedProcess(
      String name, Supplier<List<String>> command, Path log, Consumer<String> say) {
    this.name = name;
    this.command = command;
    this.log = log;
    this.say = say;
  }

  /** Starts it, and again after its end where it does not start by itself. */
  public synchronized void start() {
    if (closing || alive()) {
      throw new IllegalStateException(name + (closing ? " is closed" : " runs already"));
    }
    Process started = launch();
    Thread.ofVirtual().name("watch-" + name).start(() -> watch(started));
  }

  public Path log() {
    return log;
  }

  /** The pid of the child that runs now, or -1. */
  public long pid() {
    Process now = process;
    return now == null || !now.isAlive() ? -1 : now.pid();
  }

  public boolean alive() {
    return pid() != -1;
  }

  /** Whether it is started again after an end from now on, or lies until {@link #start}. */
  public void restartByItself(boolean on) {
    restarting = on;
  }

  /** Ends the child at once (SIGKILL), paused or not; that counts like any unexpected end. */
  public void kill() {
    Process now = process;
    if (now != null) {
      now.destroyForcibly();
    }
  }

  /** Ends the child at once and waits until it is gone. */
  public void killAndWait() throws InterruptedException {
    Process now = process;
    if (now != null) {
      now.destroyForcibly().waitFor();
    }
  }

  /**
   * Asks the child to end in order (SIGTERM) and waits for it, a minute at most; where it is
   * started again by itself, that is switched off before.
   *
   * @throws IOException where it does not end
   */
  public void stop() throws IOException, InterruptedException {
    Process now = process;
    if (now == null) {
      return;
    }
    now.destroy();
    if (!now.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IOException(name + " has not ended after " + STOP.toSeconds() + " s");
    }
  }

  /** Stops the child where it is (SIGSTOP): it holds its connections and answers nothing. */
  public void pause() throws IOException, InterruptedException {
    signal("-STOP");
  }

  public void resume() throws IOException, InterruptedException {
    signal("-CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    Process now = process;
    if (now == null || !now.isAlive()) {
      return;
    }
    Process kill =
        new ProcessBuilder("sh", "-c", "kill %s %d".formatted(signal, now.pid())).start();
    if (!kill.waitFor(SIGNAL_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
      kill.destroyForcibly();
      throw new IOException("kill " + signal + " does not end");
    }
    if (kill.exitValue() != 0 && now.isAlive()) {
      throw new IOException(name + " cannot be sent " + signal);
    }
  }

  private synchronized Process launch() {
    try {
      boolean first = process == null;
      if (Files.exists(log) && (first || Files.size(log) > LOG_BYTES)) {
        Files.move(
            log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
      }
      Process started =
          new ProcessBuilder(command.get())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .redirectInput(ProcessBuilder.Redirect.PIPE)
              .start();
      process = started;
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + name + ": " + e.getMessage(), e);
    }
  }

  private void watch(Process first) {
    Process current = first;
    Duration pause = FIRST_PAUSE;
    try {
      while (true) {
        long since = System.nanoTime();
        int code = current.waitFor();
        if (closing || !restarting) {
          return;
        }
        if (System.nanoTime() - since > STABLE.toNanos()) {
          pause = FIRST_PAUSE;
        }
        say.accept(
            name
                + " ended with code "
                + code
                + "; starting it again in "
                + pause.toMillis() / 1000.0
                + " s ("
                + log
                + ")");
        TimeUnit.NANOSECONDS.sleep(pause.toNanos());
        pause = longer(pause);
        synchronized (this) {
          if (closing || process != current) {
            return;
          }
          current = launch();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Duration longer(Duration pause) {
    Duration next = pause.equals(FIRST_PAUSE) ? SECOND_PAUSE : pause.multipliedBy(2);
    return next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next;
  }

  /** Asks the child to end by closing its input; after 30 s it is killed. */
  @Override
  public void close() {
    Process now;
    synchronized (this) {
      closing = true;
      now = process;
    }
    if (now == null) {
      return;
    }
    try {
      resume(); // a paused one would not see its input's end
      now.getOutputStream().close();
    } catch (IOException e) {
      say.accept(name + ": " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      now.destroyForcibly();
      return;
    }
    try {
      if (!now.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        say.accept(name + " did not end within " + GRACE.toSeconds() + " s and is killed");
        now.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      now.destroyForcibly();
    }
  }
}
