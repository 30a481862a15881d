package io.postern.stack.warm;

import io.postern.stack.Processes;
import io.postern.stack.Size;
import io.postern.stack.StateFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The making of the AOT caches of a build that has none: a stack of its own takes and delivers mail
 * while its JVMs record, then each program's cache is made from its record. Beside a stack that
 * runs it needs 1.5 GB of memory and a minute of two cores; it shares neither ports nor folders
 * with it.
 *
 * <p>Everything is below {@code target/warm}, the caches are beside the jars of their programs. One
 * run at a time. Bounds: 10 minutes. Failure: an exception, and a file that keeps {@link #due} from
 * asking for this build's caches again; the stack starts without them.
 */
public final class Training {
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private final Path folder;
  private final Path home;
  private final Processes processes;
  private final List<TrainedProgram> programs;

  /**
   * Of the build below the project's root. Both sizes use the caches; the larger one has more to
   * record.
   */
  public static Training of(Path home) {
    Processes processes = Processes.of(Size.SERVER);
    return new Training(home, processes, TrainedProgram.all(home, processes));
  }

  /**
   * Of the services in a folder of an image, which are there as below the project's root. Beside
   * each cache stand the options of a JVM that uses it ({@link ImageOptions}).
   */
  public static Training ofImages(Path home) {
    Processes processes = Processes.of(Size.SERVER).asInImages();
    return new Training(home, processes, TrainedProgram.services(home, processes));
  }

  Training(Path home, Processes processes, List<TrainedProgram> programs) {
    this.home = home;
    this.processes = processes;
    this.folder = home.resolve("target/warm");
    this.programs = programs;
  }

  /** Whether a cache is missing, and no earlier try failed with this build. */
  public boolean due() {
    return !done() && !failedBefore();
  }

  private boolean done() {
    return programsDone() && LauncherProgram.cacheToMake().isEmpty();
  }

  private boolean programsDone() {
    return programs.stream().allMatch(program -> program.cache().exists());
  }

  private boolean failedBefore() {
    try {
      return Files.exists(failure()) && Files.readString(failure()).startsWith(build());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The names of all caches. */
  private String build() {
    return programs.stream()
        .map(program -> program.cache().file().getFileName().toString())
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private Path failure() {
    return folder.resolve("failed");
  }

  /** Makes missing caches. At the limit the JVM is halted, and its children end with it. */
  public void run(Consumer<String> say) throws Exception {
    Files.createDirectories(folder);
    try (FileChannel channel =
            FileChannel.open(
                folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock == null) {
        throw new IllegalStateException("another one makes them now (" + folder + ")");
      }
      if (done()) {
        say.accept("the AOT caches of this build are there");
        return;
      }
      Thread.ofPlatform().daemon().name("training-limit").start(this::limit);
      try {
        train(say);
      } catch (Exception e) {
        fail(String.valueOf(e.getMessage()));
        throw e;
      }
    }
  }

  private void limit() {
    try {
      TimeUnit.NANOSECONDS.sleep(LIMIT.toNanos());
      fail("it took more than " + LIMIT.toMinutes() + " minutes");
    } catch (InterruptedException | IOException e) {
      System.err.println("training: " + e);
    }
    Runtime.getRuntime().halt(1);
  }

  /** Remembers that this build cannot have caches, and why. */
  void fail(String why) throws IOException {
    Files.writeString(failure(), build() + why + "\n");
  }

  private void train(Consumer<String> say) throws Exception {
    Files.deleteIfExists(failure());
    Path work = folder.resolve("work");
    StateFolder.remove(work);
    Files.createDirectories(work);
    if (!programsDone()) {
      trainPrograms(work, say);
    }
    Optional<Path> launcher = LauncherProgram.cacheToMake();
    if (launcher.isPresent()) {
      LauncherProgram.makeCache(home, work, launcher.get());
    }
    StateFolder.remove(work);
    say.accept("the AOT caches are made");
  }

  private void trainPrograms(Path work, Consumer<String> say) throws Exception {
    try (TrainingWorld world =
        TrainingWorld.start(
            home,
            new StateFolder(work.resolve("state")),
            TrainedProgram.recording(processes, work))) {
      say.accept("the stack to train with is up");
      new TrainingLoad(world).run();
      say.accept("its mail is delivered");
      world.endPrograms();
      say.accept("its programs have recorded");
    }
    for (TrainedProgram program : programs) {
      create(program, work);
    }
  }

  private void create(TrainedProgram program, Path work) throws IOException, InterruptedException {
    Path configuration = program.configuration(work);
    if (Files.size(configuration) == 0) {
      throw new IllegalStateException(program.name() + " has recorded nothing");
    }
    Path made = work.resolve(program.name() + ".aot");
    Path output = work.resolve(program.name() + ".create");
    BoundedRun.of(program.cache().create(configuration, made).command(), output);
    if (!Files.exists(made)) {
      throw new IllegalStateException(
          "the cache of " + program.name() + " was not made: see " + output);
    }
    program.cache().keep(made);
    if (!processes.wrapped()) {
      ImageOptions.write(program.cache());
    }
  }
}
