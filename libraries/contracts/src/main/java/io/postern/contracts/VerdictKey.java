package io.postern.contracts;

import java.util.HexFormat;

/**
 * SHA-256 of a {@link VerdictQuestion} in lower-case hexadecimal: equal keys have equal verdicts.
 * Immutable.
 */
public record VerdictKey(String hex) {
  public VerdictKey {
    if (!hex.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("a verdict key is 64 hexadecimal digits in lower case");
    }
  }

  /** From the 32 bytes that records carry. */
  public static VerdictKey of(byte[] bytes) {
    return new VerdictKey(Fingerprints.hex(bytes));
  }

  /** The 32 bytes. */
  public byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }
}
