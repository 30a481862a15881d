package io.postern.policy.api;

import io.postern.api.ProblemException;
import io.postern.bounds.Share;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Large bodies of requests, read to their end before anything else is held for them: a client may
 * send a byte now and then.
 *
 * <p>Bounds: one body an organization, {@value #MOST_BYTES} bytes of all in memory; each within the
 * time given, with the server's {@code quarkus.http.read-timeout} (60 s) after it for a client that
 * is silent. So an organization's administrators keep only their own organization waiting, and
 * those of two organizations the others for that time. Any thread; blocks for the client.
 */
final class Uploads {
  static final int MOST_BYTES = 24 << 20;
  private static final int CHUNK = 64 << 10;

  private final Duration limit;
  private final Share bodies = new Share(Long.MAX_VALUE, 1);
  private final Share memory = new Share(MOST_BYTES, MOST_BYTES);

  Uploads(Duration limit) {
    this.limit = limit;
  }

  /** A body that has come; its memory is held until it is closed. One thread. */
  static final class Body implements AutoCloseable {
    private final Share.Held place;
    private final Share.Held memory;
    private final List<byte[]> chunks = new ArrayList<>();

    private Body(Share.Held place, Share.Held memory) {
      this.place = place;
      this.memory = memory;
    }

    InputStream stream() {
      return new SequenceInputStream(
          Collections.enumeration(chunks.stream().map(ByteArrayInputStream::new).toList()));
    }

    @Override
    public void close() {
      chunks.clear();
      memory.close();
      place.close();
    }
  }

  /**
   * @throws ProblemException 503: others are being read; 400: it did not arrive in time
   */
  Body read(String organization, InputStream text) throws IOException {
    Body body = new Body(held(bodies.take(organization, 1)), held(memory.take(organization, 0)));
    boolean complete = false;
    try {
      read(text, body);
      complete = true;
      return body;
    } finally {
      if (!complete) {
        body.close();
      }
    }
  }

  private void read(InputStream text, Body body) throws IOException {
    long end = System.nanoTime() + limit.toNanos();
    boolean more = true;
    while (more) {
      if (!body.memory.grow(CHUNK)) {
        throw busy();
      }
      byte[] chunk = new byte[CHUNK];
      body.chunks.add(chunk);
      int length = fill(chunk, text, end);
      more = length == CHUNK;
      if (!more) {
        body.chunks.set(body.chunks.size() - 1, Arrays.copyOf(chunk, length));
      }
    }
  }

  private int fill(byte[] chunk, InputStream text, long end) throws IOException {
    int length = 0;
    while (length < chunk.length) {
      int count = text.read(chunk, length, chunk.length - length);
      if (count < 0) {
        return length;
      }
      length += count;
      if (System.nanoTime() - end > 0) {
        throw ProblemException.badRequest(
            "body",
            "it did not end within " + limit.toSeconds() + " s",
            "send it over a faster connection");
      }
    }
    return length;
  }

  private static Share.Held held(Share.@Nullable Held held) {
    if (held == null) {
      throw busy();
    }
    return held;
  }

  private static ProblemException busy() {
    return ProblemException.unavailable("Another list is being read: try again.");
  }
}
