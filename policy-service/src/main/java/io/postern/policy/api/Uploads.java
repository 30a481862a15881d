package io.postern.policy.api;

import io.postern.api.CallerPlaces;
import io.postern.api.ProblemException;
import io.postern.bounds.Bound;
import io.postern.bounds.Holder;
import io.postern.bounds.NoPlaceException;
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

/**
 * Large bodies of requests, read to their end before anything else is held for them: a client may
 * send a byte now and then.
 *
 * <p>Bounds: {@link Bound#UPLOADS} and {@link Bound#UPLOADED_BYTES}; each within the time given,
 * with the server's {@code quarkus.http.read-timeout} (60 s) after it for a client that is silent.
 * So an organization's administrators keep only their own organization waiting, and those of two
 * organizations the others for that time. Any thread; blocks for the client.
 */
final class Uploads {
  private static final int CHUNK = 64 << 10;

  private final Duration limit;
  private final CallerPlaces bodies = new CallerPlaces(Bound.UPLOADS);
  private final CallerPlaces memory = new CallerPlaces(Bound.UPLOADED_BYTES);

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
   * @throws ProblemException 429, 503: others are being read; 400: it did not arrive in time
   */
  Body read(Holder holder, InputStream text) throws IOException {
    Body body = new Body(bodies.take(holder, 1), memory.take(holder, 0));
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
      grow(body.memory);
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

  private static void grow(Share.Held memory) {
    try {
      memory.grow(CHUNK);
    } catch (NoPlaceException e) {
      throw CallerPlaces.problem(e);
    }
  }
}
