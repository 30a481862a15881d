package io.postern.log.content;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A ByteString's octets where they lie, as a buffer with an array: digests and copies take such a
 * buffer at once, and a read-only one in pieces of 4 KiB. Callers change nothing in it.
 */
final class Slices extends ByteOutput {
  private @Nullable ByteBuffer only;
  private int parts;

  private Slices() {}

  static ByteBuffer of(ByteString bytes) {
    Slices slices = new Slices();
    try {
      UnsafeByteOperations.unsafeWriteTo(bytes, slices);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // nothing is written anywhere
    }
    ByteBuffer slice = slices.only;
    return slices.parts == 1 && slice != null ? slice : ByteBuffer.wrap(bytes.toByteArray());
  }

  @Override
  public void writeLazy(byte[] value, int offset, int length) {
    parts++;
    only = ByteBuffer.wrap(value, offset, length).slice();
  }

  @Override
  public void write(byte[] value, int offset, int length) {
    parts = 2; // it may be changed by its owner: copy
  }

  @Override
  public void write(byte value) {
    parts = 2;
  }

  @Override
  public void write(ByteBuffer value) {
    parts = 2;
  }

  @Override
  public void writeLazy(ByteBuffer value) {
    parts = 2;
  }
}
