package io.postern.log.content;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one message, in order. Owner: one thread (usually a virtual one). Close it in any
 * case: an open stream holds buffers.
 */
public interface ContentStream extends AutoCloseable {
  /**
   * The next bytes; null at the end. The buffer has an array, which other streams may read at the
   * same time: nobody changes it. Blocks until the bytes are there, at most the reader's patience.
   * Size and SHA-256 of a reference are checked before its last buffer is handed out, so that
   * damaged content never gets its final dot.
   */
  @Nullable ByteBuffer next() throws ContentException;

  @Override
  void close();
}
