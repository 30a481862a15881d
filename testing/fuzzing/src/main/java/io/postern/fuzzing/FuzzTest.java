package io.postern.fuzzing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/**
 * A parser of what strangers send, and the property that holds for any octets
 * (docs/evidence/fuzzing.md). Each subclass is a target: {@code ./test} gives it the kept inputs
 * and {@link #inputs} random changes of them, the same in each run; {@code make fuzz} gives it
 * millions that Jazzer chooses by the code that they reach. A subclass has a constructor without
 * parameters and keeps nothing from one input to the next. One thread.
 */
public abstract class FuzzTest {
  private static final Path FOLDER = Path.of("src", "test", "fuzz");
  private static final Path FINDS = Path.of("target", "fuzz");
  private static final int SEED = 5321;

  private final List<String> words;

  /**
   * @param words of the parser's language, of which changes make use
   */
  protected FuzzTest(String... words) {
    this.words = List.of(words);
  }

  /**
   * Gives one input to the parser. Any throwable is a find: a property that does not hold, or an
   * exception that the parser's contract does not name.
   */
  protected abstract void take(byte[] input) throws Exception;

  /**
   * The kept inputs by their names; at least one. Those in this target's folder, {@code
   * src/test/fuzz/NAME}, unless a target makes its own.
   */
  protected Map<String, byte[]> corpus() throws IOException {
    return Corpus.in(FOLDER.resolve(name()));
  }

  /** How many random inputs are a second or two of {@code ./test}. */
  protected int inputs() {
    return 50_000;
  }

  /** The class's name without "FuzzTest". */
  public final String name() {
    return getClass().getSimpleName().replaceFirst("FuzzTest$", "");
  }

  final List<String> words() {
    return words;
  }

  /** Of the kept inputs none is a find. */
  @Test
  public void each_kept_input_holds() throws Exception {
    for (Map.Entry<String, byte[]> kept : corpus().entrySet()) {
      try {
        take(kept.getValue());
      } catch (Exception | AssertionError | StackOverflowError find) {
        throw new AssertionError("the kept input " + kept.getKey() + " is a find", find);
      }
    }
  }

  /** Fixed: a run that fails is the change's fault, and fails again. */
  @Test
  public void random_changes_of_the_kept_inputs_hold() throws Exception {
    List<byte[]> kept = List.copyOf(new TreeMap<>(corpus()).values()); // in the same order
    Mutations mutations = new Mutations(kept, words, SEED);
    for (int i = 0; i < inputs(); i++) {
      byte[] input = mutations.next();
      try {
        take(input);
      } catch (Exception | AssertionError | StackOverflowError find) {
        throw new AssertionError(
            "input " + i + " of seed " + SEED + " is a find, kept in " + keep(input), find);
      }
    }
  }

  /** The input's file and itself, as hexadecimal digits and as text. */
  private String keep(byte[] input) throws IOException {
    CRC32 sum = new CRC32();
    sum.update(input);
    Path folder = Files.createDirectories(FINDS.resolve(name()));
    Path file = folder.resolve("find-%08x".formatted(sum.getValue()));
    Files.write(file, input);
    return file.toAbsolutePath()
        + ": "
        + HexFormat.of().formatHex(input)
        + " "
        + new String(input, StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", "?");
  }

  /**
   * A property of the input: fails with the sentence unless it holds.
   *
   * @param sentence what should have held
   */
  protected static void holds(boolean property, String sentence) {
    if (!property) {
      throw new AssertionError("does not hold: " + sentence);
    }
  }

  /** The two are equal, or it fails with both. */
  protected static void same(Object first, Object second, String sentence) {
    if (!first.equals(second)) {
      throw new AssertionError(sentence + ": <" + first + "> is not <" + second + ">");
    }
  }
}
