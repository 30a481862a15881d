package io.postern.operator.audit.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes inside a record, not copied: valid while the record is being folded. One thread. */
public final class Slice {
  private static final byte[] NOTHING = new byte[0];

  private byte[] array = NOTHING;
  private int offset;
  private int length;

  void clear() {
    set(NOTHING, 0, 0);
  }

  void set(byte[] bytes, int from, int count) {
    array = bytes;
    offset = from;
    length = count;
  }

  /** All of a buffer. */
  public void set(ByteBuffer bytes) {
    if (bytes.hasArray()) {
      set(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    } else {
      byte[] copy = new byte[bytes.remaining()];
      bytes.duplicate().get(copy);
      set(copy, 0, copy.length);
    }
  }

  public int length() {
    return length;
  }

  public boolean isEmpty() {
    return length == 0;
  }

  public int at(int index) {
    return array[offset + index];
  }

  public boolean is(byte[] other) {
    return Arrays.equals(array, offset, offset + length, other, 0, other.length);
  }

  public boolean is(Slice other) {
    return Arrays.equals(
        array, offset, offset + length, other.array, other.offset, other.offset + other.length);
  }

  public boolean startsWith(byte[] prefix) {
    return length >= prefix.length
        && Arrays.equals(array, offset, offset + prefix.length, prefix, 0, prefix.length);
  }

  /** 64 bits of FNV-1a. */
  public long hash() {
    long hash = 0xcbf29ce484222325L;
    for (int i = offset; i < offset + length; i++) {
      hash = (hash ^ (array[i] & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }

  public byte[] copy() {
    return Arrays.copyOfRange(array, offset, offset + length);
  }

  public String text() {
    return new String(array, offset, length, StandardCharsets.UTF_8);
  }
}
