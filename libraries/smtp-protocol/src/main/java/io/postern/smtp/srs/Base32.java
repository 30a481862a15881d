package io.postern.smtp.srs;

import java.nio.ByteBuffer;

/** The alphabet of RFC 4648 §6, of which no letter depends on its case. Stateless. */
final class Base32 {
  static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

  private Base32() {}

  /** The first {@code letters} groups of five bits, at most twelve: 60 bits. */
  static String first(byte[] bytes, int letters) {
    long bits = ByteBuffer.wrap(bytes).getLong();
    StringBuilder text = new StringBuilder(letters);
    for (int i = 0; i < letters; i++) {
      text.append(ALPHABET.charAt((int) (bits >>> 59)));
      bits <<= 5;
    }
    return text.toString();
  }

  /** Two letters for 0 to 1023. */
  static String pair(int number) {
    return "" + ALPHABET.charAt(number >>> 5) + ALPHABET.charAt(number & 31);
  }

  /** -1: it is no pair of the alphabet, in upper or lower case. */
  static int ofPair(String text) {
    int high = text.length() == 2 ? value(text.charAt(0)) : -1;
    int low = high < 0 ? -1 : value(text.charAt(1));
    return low < 0 ? -1 : high << 5 | low;
  }

  private static int value(char letter) {
    return ALPHABET.indexOf(letter >= 'a' && letter <= 'z' ? letter - 32 : letter);
  }
}
