package io.postern.e2e.kills;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;

/**
 * Whether a client that sends to a peer on loopback stands in its write: its kernel holds bytes
 * that the peer does not take, and gets no more of them. By Linux's tables of connections (proc(5),
 * /proc/net/tcp), local and remote address as {@code 0100007F:PORT} in hexadecimal, queues as
 * {@code TX:RX}.
 */
final class BlockedWrite {
  private static final Duration STILL = Duration.ofSeconds(2);

  private BlockedWrite() {}

  /** Until nothing has moved towards the peer for a while, with bytes waiting. */
  static void await(int peerPort, Duration patience) {
    Unchanged unchanged = new Unchanged();
    Awaitility.await("a write to port %d that is blocked".formatted(peerPort))
        .atMost(patience)
        .untilAsserted(
            () -> {
              assertThat(unchanged.isSince(unsent(peerPort))).isGreaterThanOrEqualTo(STILL);
            });
  }

  /** Bytes that wait on this side of connections to the port. */
  private static long unsent(int peerPort) throws IOException {
    String remote = ":%04X".formatted(peerPort);
    long unsent = 0;
    for (String table : new String[] {"/proc/net/tcp", "/proc/net/tcp6"}) {
      Path file = Path.of(table);
      if (!Files.exists(file)) {
        continue; // a kernel without IPv6
      }
      for (String line : Files.readAllLines(file)) {
        String[] columns = line.trim().split("\\s+");
        if (columns.length > 4 && columns[2].endsWith(remote)) {
          unsent += Long.parseLong(columns[4].substring(0, columns[4].indexOf(':')), 16);
        }
      }
    }
    return unsent;
  }

  /** How long a count above nothing has been the same. */
  private static final class Unchanged {
    private long last;
    private long since = System.nanoTime();

    Duration isSince(long count) {
      if (count != last || count == 0) {
        last = count;
        since = System.nanoTime();
      }
      return Duration.ofNanos(System.nanoTime() - since);
    }
  }
}
