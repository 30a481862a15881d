package io.postern.commandline;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file that a command reads; {@code -} is standard input. Stateless. */
public final class InputFile {
  /** As the command line names it. */
  public static final String STANDARD_INPUT = "-";

  private static final int MOST_OF_A_TEXT = 16 << 20;

  private InputFile() {}

  /**
   * @param file - is standard input
   * @param most octets
   * @throws IOException it cannot be read, or is longer
   */
  public static byte[] read(Path file, int most) throws IOException {
    byte[] read;
    if (file.equals(Path.of(STANDARD_INPUT))) {
      read = System.in.readNBytes(most + 1);
    } else {
      try (InputStream in = Files.newInputStream(file)) {
        read = in.readNBytes(most + 1);
      } catch (NoSuchFileException e) {
        throw new IOException("no such file: " + file, e);
      }
    }
    if (read.length > most) {
      throw new IOException(file + " has more than " + most + " octets");
    }
    return read;
  }

  /**
   * The same as text (UTF-8), of at most 16 MiB.
   *
   * @throws IOException it cannot be read, or is longer
   */
  public static String text(Path file) throws IOException {
    return new String(read(file, MOST_OF_A_TEXT), StandardCharsets.UTF_8);
  }
}
