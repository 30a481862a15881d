package io.postern.contracts;

import java.security.SecureRandom;
import java.util.Locale;

/**
 * Name of a refusal in the reply and in mail.refusals, short enough to be read over the phone: 40
 * random bits as eight characters in two groups, {@code 0Z7K-31QF}, of Crockford's base 32 (digits
 * and capital letters without I, L, O, U). Two of 10,000 within a week are the same with a
 * probability of 1 in 22,000; then they differ by time and address. Stateless, any thread.
 */
public final class RefusalReference {
  private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final int LENGTH = 8;
  private static final int GROUP = 4;
  private static final SecureRandom RANDOM = new SecureRandom();

  private RefusalReference() {}

  public static String next() {
    long bits = RANDOM.nextLong();
    StringBuilder text = new StringBuilder(LENGTH + 1);
    for (int i = 0; i < LENGTH; i++) {
      if (i == GROUP) {
        text.append('-');
      }
      text.append(DIGITS.charAt((int) (bits >>> (5 * i)) & 31));
    }
    return text.toString();
  }

  /**
   * As it was heard or typed: small letters, O for 0, I or L for 1, spaces, no or other hyphens.
   *
   * @throws IllegalArgumentException when the text is no reference
   */
  public static String parse(String text) {
    String digits =
        text.toUpperCase(Locale.ROOT)
            .replaceAll("[\\s-]", "")
            .replace('O', '0')
            .replaceAll("[IL]", "1");
    if (digits.length() != LENGTH || !digits.chars().allMatch(c -> DIGITS.indexOf(c) >= 0)) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not a reference of a refusal: write it as in the reply, 0Z7K-31QF");
    }
    return digits.substring(0, GROUP) + "-" + digits.substring(GROUP);
  }
}
