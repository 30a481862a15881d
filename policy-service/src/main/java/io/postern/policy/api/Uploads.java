package io.postern.policy.api;

import io.postern.api.ProblemException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * Large bodies of requests, read to their end before anything else is held for them: a client may
 * send a byte now and then.
 *
 * <p>Bounds: one body an organization, {@value #MOST} in all, each within the service's {@code
 * quarkus.http.limits.max-body-size} (16 MiB, some 40 MiB while it grows) and the time given, with
 * the server's {@code quarkus.http.read-timeout} (60 s) after it for a client that is silent. So an
 * organization's administrators keep only their own organization waiting, and {@value #MOST}
 * organizations the others for that time. Any thread; blocks for the client.
 */
final class Uploads {
  static final int MOST = 4;
  private static final int CHUNK = 64 << 10;

  private final Duration limit;
  private final Set<String> reading = new HashSet<>(); // guarded by this

  Uploads(Duration limit) {
    this.limit = limit;
  }

  /**
   * @throws UnavailableException when others are being read
   * @throws ProblemException 400: it did not arrive in time
   */
  byte[] read(String organization, InputStream body) throws UnavailableException, IOException {
    begin(organization);
    try {
      return read(body);
    } finally {
      end(organization);
    }
  }

  private byte[] read(InputStream body) throws IOException {
    long end = System.nanoTime() + limit.toNanos();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] chunk = new byte[CHUNK];
    for (int count = body.read(chunk); count >= 0; count = body.read(chunk)) {
      bytes.write(chunk, 0, count);
      if (System.nanoTime() - end > 0) {
        throw ProblemException.badRequest(
            "body",
            "it did not end within " + limit.toSeconds() + " s",
            "send it over a quicker connection");
      }
    }
    return bytes.toByteArray();
  }

  private synchronized void begin(String organization) throws UnavailableException {
    if (reading.size() >= MOST || !reading.add(organization)) {
      throw new UnavailableException(
          UnavailableException.UNAVAILABLE, "Another list is being read: try again.", null);
    }
  }

  private synchronized void end(String organization) {
    reading.remove(organization);
  }
}
