package io.postern.ingress.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.ingress.TestServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A session that waits for its pace reads nothing: the kernel keeps the client's octets. */
class WaitingInputTest {
  private static final int SEND_BUFFER = 16 * 1024;

  /** One read's buffer, and the commands that are obeyed at once. */
  private static final int READ = 20 * 1024;

  /** Linux doubles both buffers. */
  private static final int MOST = 2 * (Port.RECEIVE_BUFFER + SEND_BUFFER) + READ;

  /** Without a bound the buffer grows to megabytes for a session that has read quickly. */
  @Test
  void the_kernel_keeps_no_more_than_the_receive_buffer_for_a_session_that_waits()
      throws Exception {
    try (TestServer server = TestServer.withoutLog(s -> {});
        SocketChannel client = SocketChannel.open();
        Selector selector = Selector.open()) {
      client.setOption(StandardSocketOptions.SO_SNDBUF, SEND_BUFFER);
      client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
      client.read(ByteBuffer.allocate(512)); // the greeting
      ByteBuffer longLine = octets("x".repeat(900_000) + "\r\n");
      for (int i = 0; i < 10; i++) {
        longLine.rewind();
        while (longLine.hasRemaining()) {
          client.write(longLine);
        }
      }
      client.configureBlocking(false);
      client.register(selector, SelectionKey.OP_WRITE);
      ByteBuffer commands = octets("RSET\r\n".repeat(10_000));
      long kept = 0;
      while (kept <= MOST && selector.select(2_000) > 0) {
        selector.selectedKeys().clear();
        if (!commands.hasRemaining()) {
          commands.rewind();
        }
        kept += client.write(commands);
      }
      assertThat(kept).isBetween((long) Port.RECEIVE_BUFFER / 4, (long) MOST);
    }
  }

  private static ByteBuffer octets(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }
}
