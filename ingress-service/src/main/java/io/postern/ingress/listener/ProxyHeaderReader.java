package io.postern.ingress.listener;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;

/**
 * The header in front of a balancer's connection, read off the socket to its last octet and not
 * beyond: the client's octets, a ClientHello for instance, stay for the session. The connection's
 * thread waits at most the time-out for the whole header. Stateless.
 */
final class ProxyHeaderReader {
  private ProxyHeaderReader() {}

  /**
   * EOFException: the balancer closed before it sent anything, as a check whether the port is open
   * does; another IOException: the connection broke.
   */
  static ProxyHeader.Named read(SocketChannel channel, Duration timeout)
      throws IOException, ProxyHeaderException {
    Socket socket = channel.socket();
    InputStream in = socket.getInputStream();
    long deadline = System.nanoTime() + timeout.toNanos();
    try (ProxyHeader header = new ProxyHeader()) {
      ProxyHeader.Named named = null;
      for (boolean begun = false; named == null; begun = true) {
        long millis = (deadline - System.nanoTime()) / 1_000_000;
        if (millis <= 0) {
          throw new SocketTimeoutException();
        }
        socket.setSoTimeout((int) Math.min(millis, Integer.MAX_VALUE));
        byte[] octets = new byte[header.more()];
        int read = in.read(octets);
        if (read < 0 && !begun) {
          throw new EOFException();
        }
        if (read < 0) {
          throw new ProxyHeaderException("the PROXY header is truncated");
        }
        named = header.next(Arrays.copyOf(octets, read));
      }
      return named;
    } catch (SocketTimeoutException silent) {
      throw new ProxyHeaderException(
          "no PROXY header was received within " + timeout.toMillis() + " ms");
    }
  }
}
