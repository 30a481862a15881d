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
 * beyond: the client's octets, a ClientHello for instance, stay for the session. Owner: the
 * connection's thread, which waits at most the time-out for the whole header. Bound: {@link
 * ProxyHeader#FIXED} and {@link ProxyHeader#MOST_FOLLOWING} octets. A line of version 1 ends at its
 * line feed, so behind its shortest length it is read octet by octet.
 */
final class ProxyHeaderReader {
  private final Socket socket;
  private final InputStream in;
  private final Duration timeout;
  private final long deadline;

  private ProxyHeaderReader(SocketChannel channel, Duration timeout) throws IOException {
    this.socket = channel.socket();
    this.in = socket.getInputStream();
    this.timeout = timeout;
    this.deadline = System.nanoTime() + timeout.toNanos();
  }

  /**
   * EOFException: the balancer closed before it sent anything, as a check whether the port is open
   * does; another IOException: the connection broke.
   */
  static ProxyHeader read(SocketChannel channel, Duration timeout)
      throws IOException, ProxyHeaderException {
    return new ProxyHeaderReader(channel, timeout).read();
  }

  private ProxyHeader read() throws IOException, ProxyHeaderException {
    byte[] header = new byte[ProxyHeader.FIXED];
    fill(header, 0, ProxyLine.SHORTEST);
    if (ProxyLine.begins(header)) {
      return ProxyLine.parse(line(header));
    }
    fill(header, ProxyLine.SHORTEST, ProxyHeader.FIXED);
    int following = ProxyHeader.following(header);
    header = Arrays.copyOf(header, ProxyHeader.FIXED + following);
    fill(header, ProxyHeader.FIXED, header.length);
    return ProxyHeader.parse(header);
  }

  /**
   * @param shortest the octets that each line has
   */
  private byte[] line(byte[] shortest) throws IOException, ProxyHeaderException {
    byte[] line = Arrays.copyOf(shortest, ProxyLine.LONGEST);
    int at = ProxyLine.SHORTEST;
    while (line[at - 1] != '\n' && at < line.length) {
      fill(line, at, ++at);
    }
    return Arrays.copyOf(line, at);
  }

  private void fill(byte[] bytes, int from, int end) throws IOException, ProxyHeaderException {
    int at = from;
    while (at < end) {
      int n = read(bytes, at, end);
      if (n < 0 && at == 0) {
        throw new EOFException();
      }
      if (n < 0) {
        throw new ProxyHeaderException("the PROXY header is truncated");
      }
      at += n;
    }
  }

  private int read(byte[] bytes, int at, int end) throws IOException, ProxyHeaderException {
    long millis = (deadline - System.nanoTime()) / 1_000_000;
    if (millis > 0) {
      try {
        socket.setSoTimeout((int) Math.min(millis, Integer.MAX_VALUE));
        return in.read(bytes, at, end - at);
      } catch (SocketTimeoutException silent) {
        // as below
      }
    }
    throw new ProxyHeaderException(
        "no PROXY header was received within " + timeout.toMillis() + " ms");
  }
}
