package io.postern.operator.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events whose data is a JSON view that grows: a newer one takes the place of one that
 * was not fetched yet, so that one is kept at a time. A line has {@value #MOST_LINE} octets at
 * most. A thread of its own reads until the stream ends, breaks, or is closed; the stream tells
 * nobody why, since the caller looks at the view itself then.
 */
final class Events implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DATA = "data:";
  private static final int MOST_LINE = 8 * 1024 * 1024;

  private final InputStream stream;
  private final BlockingQueue<JsonNode> newest = new ArrayBlockingQueue<>(1);
  private volatile boolean ended;

  Events(InputStream stream) {
    this.stream = stream;
    Thread.ofVirtual().name("events").start(this::read);
  }

  /** No further view comes but the one that {@link #next} has. */
  boolean hasEnded() {
    return ended;
  }

  /** Null: none came in this time. */
  @Nullable JsonNode next(Duration patience) throws InterruptedException {
    return newest.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void read() {
    try (BufferedInputStream in = new BufferedInputStream(stream)) {
      for (String line = line(in); line != null; line = line(in)) {
        if (line.startsWith(DATA)) {
          newest.clear();
          newest.add(JSON.readTree(line.substring(DATA.length())));
        }
      }
    } catch (JsonProcessingException e) {
      // No view: the caller looks itself.
    } catch (IOException e) {
      // The stream broke, or was closed.
    } finally {
      ended = true;
    }
  }

  /** Null: the end, or a line that is too long. */
  private static @Nullable String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c >= 0; c = in.read()) {
      if (c == '\n') {
        return line.toString(StandardCharsets.UTF_8);
      }
      if (line.size() == MOST_LINE) {
        return null;
      }
      line.write(c);
    }
    return null;
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
