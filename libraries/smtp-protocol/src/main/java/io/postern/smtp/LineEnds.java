package io.postern.smtp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The search for line ends, eight octets at a time: mail content passes here at hundreds of
 * megabytes a second.
 */
public final class LineEnds {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;

  private LineEnds() {}

  /** Index of the first CR or LF in {@code [from, to)}, or {@code to}. */
  public static int find(byte[] bytes, int from, int to) {
    int i = from;
    for (; i + 8 <= to; i += 8) {
      long word = (long) LONGS.get(bytes, i);
      long cr = word ^ (ONES * '\r');
      long lf = word ^ (ONES * '\n');
      // An octet that is zero sets its high bit; a borrow can only err above the first hit.
      long hits = (((cr - ONES) & ~cr) | ((lf - ONES) & ~lf)) & HIGHS;
      if (hits != 0) {
        return i + (Long.numberOfTrailingZeros(hits) >>> 3);
      }
    }
    for (; i < to; i++) {
      if (bytes[i] == '\r' || bytes[i] == '\n') {
        return i;
      }
    }
    return to;
  }
}
