package io.postern.fuzzing;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
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
  private static final Duration MOST_CPU = Duration.ofSeconds(4);
  private static final int MOST_SHOWN = 2_000;

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

  /**
   * How many long inputs {@code ./test} makes: a piece of a kept input repeated to {@value
   * Mutations#LONG} octets, of a parser of what administrators write. 0: the parser's input is
   * shorter.
   */
  protected int longInputs() {
    return 0;
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

  /**
   * None takes more than {@link #MOST_CPU} of the processor: who sends a long text must not stop
   * the others' calls. Linear work takes some milliseconds, quadratic work minutes.
   */
  @Test
  public void no_long_input_takes_long() throws Exception {
    List<byte[]> kept = List.copyOf(new TreeMap<>(corpus()).values());
    Mutations mutations = new Mutations(kept, words, SEED);
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    for (int i = 0; i < longInputs(); i++) {
      byte[] input = mutations.longOne();
      long begin = threads.getCurrentThreadCpuTime();
      take(input);
      Duration took = Duration.ofNanos(threads.getCurrentThreadCpuTime() - begin);
      if (took.compareTo(MOST_CPU) > 0) {
        throw new AssertionError("long input " + i + " took " + took + ", kept in " + keep(input));
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
    byte[] shown = Arrays.copyOf(input, Math.min(input.length, MOST_SHOWN));
    return file.toAbsolutePath()
        + ": "
        + HexFormat.of().formatHex(shown)
        + " "
        + new String(shown, StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", "?");
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
