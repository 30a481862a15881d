package io.postern.e2e.kills.mutation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;

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

  /** Takes a delivery's Decision out of those that its partition's ledger has as open. */
  public static void finished(Object delivery) {
    Object ledger = field(field(delivery, "work"), "ledger");
    ((Map<?, ?>) field(ledger, "open")).remove(field(delivery, "decision"));
  }

  /**
   * Answers for the log, of an outcome; PartitionTaken has no key.
   *
   * @return false: of PartitionTaken, which is sent
   */
  @SuppressWarnings("unchecked")
  public static boolean acknowledged(Object log, Object record, Object what) {
    try {
      if (record.getClass().getMethod("key").invoke(record) == null) {
        return false;
      }
      Class<?> answer =
          Class.forName(
              log.getClass().getName() + "$Answer", true, log.getClass().getClassLoader());
      Constructor<?> constructor = answer.getDeclaredConstructors()[0];
      constructor.setAccessible(true);
      ((Queue<Object>) field(log, "answers"))
          .add(constructor.newInstance(field(log, "producer"), what, 0L));
      return true;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object field(Object of, String name) {
    try {
      Field field = of.getClass().getDeclaredField(name);
      field.setAccessible(true);
      return Objects.requireNonNull(field.get(of));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
