package io.postern.programs;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * Formats a broker's empty data folder and becomes the broker, in one JVM: one of its own for the
 * tool would cost the start a second. The folder is flushed before the broker begins, which would
 * not start on half of it after a power cut.
 *
 * <p>Kafka's classes are found at run time: their version is the broker's, not the clients' here.
 * Failure: the tool's words on standard output, and the exit code 1.
 *
 * <p>Usage: {@code java … io.postern.programs.FormatFirst CLUSTER-ID kafka.Kafka CONFIGURATION}
 */
public final class FormatFirst {
  private FormatFirst() {}

  public static void main(String[] args) throws Throwable {
    if (args.length != 3) {
      System.err.println("usage: FormatFirst CLUSTER-ID MAIN-CLASS CONFIGURATION");
      System.exit(2);
    }
    String[] format = {"format", "--cluster-id", args[0], "--config", args[2]};
    try {
      Object code =
          Class.forName("kafka.tools.StorageTool")
              .getMethod("execute", String[].class, PrintStream.class)
              .invoke(null, format, System.out);
      if (!Integer.valueOf(0).equals(code)) {
        System.exit(1);
      }
      flush(dataFolder(Path.of(args[2])));
      Class.forName(args[1])
          .getMethod("main", String[].class)
          .invoke(null, (Object) Arrays.copyOfRange(args, 2, 3));
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause();
    }
  }

  private static Path dataFolder(Path configuration) throws IOException {
    Properties properties = new Properties();
    try (InputStream in = Files.newInputStream(configuration)) {
      properties.load(in);
    }
    return Path.of(properties.getProperty("log.dirs"));
  }

  /** Each file, then its folder, whose names are durable with it. */
  private static void flush(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      List<Path> entries;
      try (Stream<Path> all = Files.list(path)) {
        entries = all.toList();
      }
      for (Path entry : entries) {
        flush(entry);
      }
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
