package io.postern.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The settings of a service that another program runs beside a stack, as an argument file of {@code
 * java}: a flag a line. {@code make dev} gives it to Quarkus' dev mode.
 */
final class DevOptions {
  private static final List<String> FLAGS =
      List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

  private DevOptions() {}

  /** Below the project's root. */
  static Path file(Path home, Service service) {
    return home.resolve("target/dev").resolve(service.module() + ".options");
  }

  static void write(Path file, Map<String, String> settings) {
    List<String> lines = new ArrayList<>(FLAGS);
    new TreeMap<>(settings).forEach((key, value) -> lines.add(quoted("-D" + key + "=" + value)));
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, lines);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  /** A value may have spaces; a backslash is an escape there. */
  private static String quoted(String flag) {
    return "\"" + flag.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }
}
