package io.postern.stack.warm;

import io.postern.programs.AotCache;
import io.postern.programs.EndWithParent;
import io.postern.programs.FreePorts;
import io.postern.programs.JavaProgram;
import io.postern.stack.Main;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The program of {@code ./run} itself. Its AOT cache is looked for by the script, which has no
 * {@link AotCache}: it uses a file that is newer than each jar and has the checksum beside it, and
 * names one to be made by the property {@value #TO_MAKE}.
 */
final class LauncherProgram {
  /** The file that the script would have used and did not find. */
  static final String TO_MAKE = "postern.launcher.cache";

  /** As the script starts it. */
  static final List<String> JVM =
      List.of(
          "-Xms16m",
          "-Xmx192m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  private LauncherProgram() {}

  static Optional<Path> cacheToMake() {
    return Optional.ofNullable(System.getProperty(TO_MAKE)).map(Path::of);
  }

  /** With a command, in a process that ends with its parent. */
  static JavaProgram program(Path home, List<String> command) {
    List<String> jvm = new ArrayList<>(JVM);
    jvm.add("-Dpostern.home=" + home);
    jvm.add("-Dpostern.broker.libs=" + home.resolve("testing/broker/target/libs"));
    List<String> main = new ArrayList<>(List.of(EndWithParent.class.getName()));
    main.add(Main.class.getName());
    main.addAll(command);
    return new JavaProgram(
        jvm,
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .map(Path::of)
            .toList(),
        main);
  }

  /** Trains by the samples, from start to end. */
  static void makeCache(Path home, Path work, Path file) throws IOException, InterruptedException {
    JavaProgram demo =
        program(
            home,
            List.of(
                "demo",
                "--state",
                work.resolve("demo").toString(),
                "--smtp-port",
                Integer.toString(FreePorts.next())));
    AotCache cache =
        AotCache.of(demo, work)
            .orElseThrow(() -> new IllegalStateException("the launcher's class path has a folder"));
    Path recorded = work.resolve("launcher.aotconf");
    Path made = work.resolve("launcher.aot");
    Path output = work.resolve("launcher.output");
    BoundedRun.of(demo.with(AotCache.record(recorded)).command(), output);
    BoundedRun.of(cache.create(recorded, made).command(), output);
    keep(made, file);
  }

  private static void keep(Path made, Path file) throws IOException, InterruptedException {
    try (FileChannel channel = FileChannel.open(made, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.deleteIfExists(file);
    BoundedRun.of(
        List.of("cksum", made.toString()), file.resolveSibling(file.getFileName() + ".cksum"));
    Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
