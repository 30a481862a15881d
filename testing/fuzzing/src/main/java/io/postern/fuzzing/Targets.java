package io.postern.fuzzing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The two programs of {@code make fuzz}: tools/fuzz starts them in the target's module. */
public final class Targets {
  private static @Nullable FuzzTest target;

  private Targets() {}

  /**
   * Writes a target's kept inputs and its words for Jazzer.
   *
   * @param args the target's class; the folder, in which {@code kept} and {@code words} are made
   */
  public static void main(String[] args) throws IOException, ReflectiveOperationException {
    FuzzTest target = make(args[0]);
    Path kept = Files.createDirectories(Path.of(args[1], "kept"));
    for (Map.Entry<String, byte[]> input : target.corpus().entrySet()) {
      Files.write(kept.resolve(input.getKey()), input.getValue());
    }
    StringBuilder words = new StringBuilder();
    for (String word : target.words()) {
      words.append('"');
      for (byte octet : word.getBytes(StandardCharsets.UTF_8)) {
        words.append("\\x%02x".formatted(octet));
      }
      words.append("\"\n");
    }
    Files.writeString(Path.of(args[1], "words"), words);
  }

  /** Called by Jazzer, with the target's class. */
  public static void fuzzerInitialize(String[] args) throws ReflectiveOperationException {
    target = make(args[0]);
  }

  /** Called by Jazzer for each input. */
  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    Objects.requireNonNull(target, "fuzzerInitialize comes first").take(input);
  }

  private static FuzzTest make(String name) throws ReflectiveOperationException {
    var constructor = Class.forName(name).asSubclass(FuzzTest.class).getDeclaredConstructor();
    constructor.setAccessible(true); // tests are not public
    return constructor.newInstance();
  }
}
