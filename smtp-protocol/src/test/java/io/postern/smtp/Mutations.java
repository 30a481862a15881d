package io.postern.smtp;

import java.util.Arrays;
import java.util.Random;

/** Random changes of octets for the fuzz tests. */
final class Mutations {
  private static final byte[] SPICE =
      "\r\n\0 <>@\":;=+.-\\[]\t\u007f250-".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

  private Mutations() {}

  static byte[] mutate(byte[] bytes, Random random) {
    int at = random.nextInt(bytes.length + 1);
    byte octet =
        random.nextBoolean() ? SPICE[random.nextInt(SPICE.length)] : (byte) random.nextInt(256);
    return switch (random.nextInt(4)) {
      case 0 -> Arrays.copyOf(bytes, at);
      case 1 -> at == bytes.length ? bytes : with(bytes.clone(), at, octet);
      case 2 ->
          join(
              Arrays.copyOf(bytes, at),
              new byte[] {octet},
              Arrays.copyOfRange(bytes, at, bytes.length));
      default ->
          join(
              Arrays.copyOf(bytes, at),
              bytes,
              Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + 40)));
    };
  }

  private static byte[] with(byte[] bytes, int at, byte octet) {
    bytes[at] = octet;
    return bytes;
  }

  static byte[] join(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    byte[] all = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }
}
