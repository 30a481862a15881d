package io.postern.e2e.kills.mutation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * Which faults are on: those whose file is in the folder that the agent was given. Called by the
 * services' own code; a fault that was met leaves {@code NAME.met} beside it. Any thread.
 */
public final class Switch {
  private static volatile Path folder = Path.of("");

  private Switch() {}

  static void folder(Path of) {
    folder = of;
  }

  /** Called before each method that has a fault. */
  public static boolean on(String key) {
    if (!Files.exists(folder.resolve(key))) {
      return false;
    }
    try {
      Files.createFile(folder.resolve(key + ".met"));
    } catch (FileAlreadyExistsException again) {
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return true;
  }

  /** Doubles a list. */
  public static void twice(List<Object> list) {
    Objects.requireNonNull(list).addAll(List.copyOf(list));
  }
}
