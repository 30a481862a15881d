package io.postern.fuzzing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The kept inputs of a folder: a file each, with its octets as they are, or in hexadecimal digits
 * where its name ends with {@code .hex}. Stateless.
 */
public final class Corpus {
  private Corpus() {}

  /** By their file names, in the order of these. */
  public static Map<String, byte[]> in(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    Map<String, byte[]> inputs = new TreeMap<>();
    for (Path file : files) {
      String name = file.getFileName().toString();
      inputs.put(name, name.endsWith(".hex") ? unhex(file) : Files.readAllBytes(file));
    }
    if (inputs.isEmpty()) {
      throw new IOException("no input is kept in " + folder.toAbsolutePath());
    }
    return inputs;
  }

  private static byte[] unhex(Path file) throws IOException {
    return HexFormat.of().parseHex(String.join("", Files.readAllLines(file)));
  }
}
