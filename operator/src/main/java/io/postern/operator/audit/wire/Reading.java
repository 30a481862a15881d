package io.postern.operator.audit.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One record's bytes while they are read. Fields that nobody asks for are skipped; malformed bytes
 * are an {@link IOException}. One thread.
 */
final class Reading {
  private final byte[] array;
  private final int base;
  private final CodedInputStream in;

  private Reading(byte[] array, int base, int length) {
    this.array = array;
    this.base = base;
    this.in = CodedInputStream.newInstance(array, base, length);
  }

  static Reading of(ByteBuffer value) {
    if (value.hasArray()) {
      return new Reading(value.array(), value.arrayOffset() + value.position(), value.remaining());
    }
    byte[] copy = new byte[value.remaining()];
    value.duplicate().get(copy);
    return new Reading(copy, 0, copy.length);
  }

  /** The next field's tag, 0 at the end of the message that is being read. */
  int tag() throws IOException {
    return in.readTag();
  }

  static int field(int tag) {
    return WireFormat.getTagFieldNumber(tag);
  }

  void skip(int tag) throws IOException {
    in.skipField(tag);
  }

  long number(int tag) throws IOException {
    if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_VARINT) {
      throw new IOException("field " + field(tag) + " is no number");
    }
    return in.readRawVarint64();
  }

  boolean flag(int tag) throws IOException {
    return number(tag) != 0;
  }

  void bytes(int tag, Slice into) throws IOException {
    int length = length(tag);
    int from = base + in.getTotalBytesRead();
    in.skipRawBytes(length);
    into.set(array, from, length);
  }

  /** Goes into a message; to be left with {@link #leave}. */
  int enter(int tag) throws IOException {
    return in.pushLimit(length(tag));
  }

  void leave(int entered) throws IOException {
    if (in.getBytesUntilLimit() != 0) {
      throw new IOException("a message is longer than its fields");
    }
    in.popLimit(entered);
  }

  /** A repeated number, packed or not. */
  void numbers(int tag, Ints into) throws IOException {
    if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_VARINT) {
      into.add(in.readRawVarint32());
      return;
    }
    int limit = in.pushLimit(length(tag));
    while (in.getBytesUntilLimit() > 0) {
      into.add(in.readRawVarint32());
    }
    in.popLimit(limit);
  }

  private int length(int tag) throws IOException {
    if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
      throw new IOException("field " + field(tag) + " has no length");
    }
    int length = in.readRawVarint32();
    if (length < 0) {
      throw new IOException("a length is negative");
    }
    return length;
  }
}
