package io.postern.fuzzing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Random changes of kept inputs: of their octets, of pieces, and by words of their language. The
 * same seed makes the same inputs. At most {@value #MOST} octets an input. One thread.
 */
final class Mutations {
  static final int MOST = 8_192;
  static final int LONG = 256 << 10;
  private static final int MOST_CHANGES = 8;
  private static final int MOST_PIECE = 12;

  /** Ends of ranges, separators, and octets that are no text. */
  private static final byte[] ODD = {0, '\t', '\n', '\r', ' ', '.', '"', '<', '>', 0x7f, -128, -1};

  private static final String[] NUMBERS = {
    "0",
    "1",
    "00",
    "255",
    "256",
    "65536",
    "2147483648",
    "9223372036854775807",
    "99999999999999999999"
  };

  private final List<byte[]> corpus;
  private final List<byte[]> words;
  private final SplittableRandom random;

  Mutations(List<byte[]> corpus, List<String> words, long seed) {
    this.corpus = corpus;
    this.words = words.stream().map(word -> word.getBytes(StandardCharsets.UTF_8)).toList();
    this.random = new SplittableRandom(seed);
  }

  byte[] next() {
    byte[] input = any(corpus).clone();
    for (int changes = 1 + random.nextInt(MOST_CHANGES); changes > 0; changes--) {
      input = changed(input);
    }
    return input.length <= MOST ? input : Arrays.copyOf(input, MOST);
  }

  /** A kept input with a piece of it, or a word, or an octet, many times in a row. */
  byte[] longOne() {
    byte[] input = any(corpus);
    int from = random.nextInt(input.length + 1);
    byte[] piece =
        switch (random.nextInt(4)) {
          case 0 -> octet();
          case 1 -> word();
          default ->
              Arrays.copyOfRange(
                  input, from, Math.min(input.length, from + 1 + random.nextInt(MOST_PIECE)));
        };
    byte[] row = new byte[LONG];
    for (int i = 0; i < LONG && piece.length > 0; i++) {
      row[i] = piece[i % piece.length];
    }
    return replaced(input, from, from, row);
  }

  private byte[] changed(byte[] input) {
    int at = random.nextInt(input.length + 1);
    int end = Math.min(input.length, at + random.nextInt(1 + random.nextInt(64)));
    return switch (random.nextInt(10)) {
      case 0 -> replaced(input, at, Math.min(input.length, at + 1), octet());
      case 1 -> at == input.length ? input : flipped(input, at);
      case 2 -> replaced(input, at, end, new byte[0]);
      case 3 -> replaced(input, at, at, Arrays.copyOfRange(input, at, end)); // twice
      case 4 -> moved(input, at, end);
      case 5 -> Arrays.copyOf(input, at);
      case 6 -> crossed(input, at);
      case 7 -> number(input, at);
      default -> replaced(input, at, random.nextBoolean() ? at : end, word());
    };
  }

  private byte[] octet() {
    return new byte[] {
      random.nextBoolean() ? ODD[random.nextInt(ODD.length)] : (byte) random.nextInt(256)
    };
  }

  private byte[] word() {
    return words.isEmpty() ? octet() : any(words);
  }

  private byte[] flipped(byte[] input, int at) {
    byte[] changed = input.clone();
    changed[at] ^= (byte) (1 << random.nextInt(8));
    return changed;
  }

  private byte[] moved(byte[] input, int from, int to) {
    byte[] piece = Arrays.copyOfRange(input, from, to);
    byte[] rest = replaced(input, from, to, new byte[0]);
    int at = random.nextInt(rest.length + 1);
    return replaced(rest, at, at, piece);
  }

  /** The beginning of it with the end of another. */
  private byte[] crossed(byte[] input, int at) {
    byte[] other = any(corpus);
    int from = random.nextInt(other.length + 1);
    return replaced(input, at, input.length, Arrays.copyOfRange(other, from, other.length));
  }

  /** Another number in place of the next one. */
  private byte[] number(byte[] input, int at) {
    int from = at;
    while (from < input.length && !isDigit(input[from])) {
      from++;
    }
    int to = from;
    while (to < input.length && isDigit(input[to])) {
      to++;
    }
    String number =
        random.nextBoolean()
            ? NUMBERS[random.nextInt(NUMBERS.length)]
            : Integer.toString(random.nextInt(1 << random.nextInt(1, 20)));
    return replaced(input, from, to, number.getBytes(StandardCharsets.US_ASCII));
  }

  private static boolean isDigit(byte octet) {
    return octet >= '0' && octet <= '9';
  }

  private static byte[] replaced(byte[] input, int from, int to, byte[] by) {
    byte[] changed = new byte[from + by.length + input.length - to];
    System.arraycopy(input, 0, changed, 0, from);
    System.arraycopy(by, 0, changed, from, by.length);
    System.arraycopy(input, to, changed, from + by.length, input.length - to);
    return changed;
  }

  private byte[] any(List<byte[]> of) {
    return of.get(random.nextInt(of.size()));
  }
}
