package io.postern.lab;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Chooses a TCP port on 127.0.0.1 that nobody listens on, for a process that must be told its port
 * beforehand and gets the same one after a restart.
 *
 * <p>Ports are taken from below the range of outgoing connections: a client that keeps dialling a
 * stopped server there could be given the server's port as its own, connect to itself and keep the
 * server from ever listening again. Between the choice and its use another process may be quicker;
 * callers see the failure to bind and choose again.
 */
public final class FreePorts {
  private static final int FIRST = 15_000;
  private static final int LAST = 32_000;
  private static final int TRIES = 200;

  private FreePorts() {}

  public static int next() {
    for (int i = 0; i < TRIES; i++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException(
        "no free TCP port between %d and %d in %d tries".formatted(FIRST, LAST, TRIES));
  }

  static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}
