package io.postern.ingress;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A balancer at a free port of loopback, for clients that do not speak the PROXY protocol
 * themselves: it passes each connection on behind a header of version 2 that names a client of
 * 192.0.2.0/24, another one each time. Any number of connections, a thread for each direction.
 */
public final class BalancerProxy implements AutoCloseable {
  private static final byte[] SIGNATURE =
      "\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.US_ASCII);

  private final int target;
  private final ServerSocket listener;
  private final AtomicInteger clients = new AtomicInteger();

  /**
   * @param target port of the listener behind it, on loopback
   */
  public BalancerProxy(int target) throws IOException {
    this.target = target;
    this.listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("balancer").start(this::accept);
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Connections so far. */
  public int clients() {
    return clients.get();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        server.getOutputStream().write(header(clients.incrementAndGet()));
        Thread.ofVirtual().start(() -> pass(client, server));
        Thread.ofVirtual().start(() -> pass(server, client));
      }
    } catch (IOException closed) {
      // by the test; a listener that is not there fails the test by the client's silence
    }
  }

  private static byte[] header(int number) {
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    header.writeBytes(SIGNATURE);
    header.writeBytes(new byte[] {0x21, 0x11, 0, 12});
    header.writeBytes(new byte[] {(byte) 192, 0, 2, (byte) (1 + number % 254), 127, 0, 0, 1});
    header.writeBytes(ByteBuffer.allocate(4).putShort((short) 50_000).putShort((short) 25).array());
    return header.toByteArray();
  }

  private static void pass(Socket from, Socket to) {
    try (InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      byte[] octets = new byte[16_384];
      for (int n = in.read(octets); n >= 0; n = in.read(octets)) {
        out.write(octets, 0, n);
      }
    } catch (IOException gone) {
      // one side has closed, and so does the other
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
