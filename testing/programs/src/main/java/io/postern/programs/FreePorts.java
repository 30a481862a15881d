package io.postern.programs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The choice of a TCP port on 127.0.0.1 that nobody listens on, for a process that needs its port
 * beforehand and gets the same one after a restart.
 *
 * <p>Ports are taken from below the range of outgoing connections: a client that keeps dialling a
 * stopped server there could be given the server's port as its own, connect to itself and keep the
 * server from ever listening again.
 *
 * <p>Each JVM gives from slices of its own, and no port twice: its process may not listen yet, or
 * not for a while. A slice belongs to the JVM that holds its first port, bound without listening,
 * to its end. Between the choice and its use another program may be quicker; callers see the
 * failure to bind and choose again. Thread-safe.
 */
public final class FreePorts {
  private static final int FIRST = 15_000;
  private static final int SLICE = 500;
  private static final int SLICES = 34;

  private static final List<Socket> CLAIMS = new ArrayList<>();
  private static final Deque<Integer> LEFT = new ArrayDeque<>();

  private FreePorts() {}

  /** Throws an {@link IllegalStateException} when other JVMs have all slices. */
  public static synchronized int next() {
    while (true) {
      if (LEFT.isEmpty()) {
        LEFT.addAll(shuffled(1, SLICE, claim()));
      }
      int port = LEFT.removeFirst();
      if (isFree(port)) {
        return port;
      }
    }
  }

  /** The first port of a slice that nobody had. */
  private static int claim() {
    for (int slice : shuffled(0, SLICES, 0)) {
      int port = FIRST + slice * SLICE;
      Socket claim = new Socket();
      if (bound(claim, port)) {
        CLAIMS.add(claim);
        return port;
      }
    }
    throw new IllegalStateException(
        "no free TCP port: other programs have all %d slices from %d on".formatted(SLICES, FIRST));
  }

  private static boolean bound(Socket claim, int port) {
    try {
      claim.setReuseAddress(false); // else two could hold it, as neither listens
      claim.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException taken) {
      try {
        claim.close();
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
      return false;
    }
  }

  private static List<Integer> shuffled(int from, int to, int base) {
    List<Integer> numbers =
        IntStream.range(from, to).mapToObj(i -> base + i).collect(Collectors.toList());
    Collections.shuffle(numbers);
    return numbers;
  }

  /** True if nobody listens on the port at the loopback address. */
  public static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}
