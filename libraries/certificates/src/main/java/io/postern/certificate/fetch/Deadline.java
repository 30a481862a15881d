package io.postern.certificate.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * The end of the time for a task, by {@link System#nanoTime}. Immutable; any thread.
 *
 * @param end of the time
 */
public record Deadline(long end) {
  private static final Duration SHORTEST = Duration.ofMillis(1);

  public static Deadline in(Duration time) {
    return new Deadline(System.nanoTime() + time.toNanos());
  }

  Deadline later(Duration by) {
    return new Deadline(end + by.toNanos());
  }

  /** At least a millisecond. */
  public Duration left() throws FetchException {
    long left = end - System.nanoTime();
    if (left < SHORTEST.toNanos()) {
      throw FetchException.late();
    }
    return Duration.ofNanos(left);
  }

  Duration leftAtMost(Duration bound) throws FetchException {
    Duration left = left();
    return left.compareTo(bound) < 0 ? left : bound;
  }

  /** Each read has the rest of the whole time: a server that drips does not gain any. */
  public InputStream bounding(Socket socket) throws IOException {
    return new TimedInput(socket, this);
  }

  /**
   * Closes the socket at the end of the time, unless the result is closed before. For TLS, where
   * one read is many of the socket's, and where a write may wait too.
   */
  public Watch watching(Socket socket) throws FetchException {
    return new Watch(socket, left());
  }

  /** The watch over one socket. Any thread. */
  public static final class Watch implements AutoCloseable {
    private final Thread thread;
    private volatile boolean late;

    private Watch(Socket socket, Duration left) {
      thread =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      Thread.sleep(left);
                      late = true;
                      socket.close();
                    } catch (InterruptedException | IOException e) {
                      // It was in time, or is closed already.
                    }
                  });
    }

    /** The time is over, and the socket closed. */
    public boolean late() {
      return late;
    }

    @Override
    public void close() {
      thread.interrupt();
    }
  }

  private static final class TimedInput extends InputStream {
    private final Socket socket;
    private final InputStream in;
    private final Deadline deadline;

    TimedInput(Socket socket, Deadline deadline) throws IOException {
      this.socket = socket;
      this.in = socket.getInputStream();
      this.deadline = deadline;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        socket.setSoTimeout((int) Math.max(1, deadline.left().toMillis()));
      } catch (FetchException e) {
        throw new SocketTimeoutException(e.getMessage());
      }
      return in.read(bytes, offset, length);
    }
  }
}
