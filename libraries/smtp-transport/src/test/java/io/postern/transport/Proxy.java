package io.postern.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;

/**
 * Between client and server: cuts the stream into single octets, or gathers all that belongs
 * together into one write.
 */
final class Proxy implements AutoCloseable {
  enum Manner {
    SINGLE_OCTETS,
    GATHERED
  }

  private static final int SILENCE_MILLIS = 30;
  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

  Proxy(InetSocketAddress server, Manner manner) throws IOException {
    Thread.ofVirtual()
        .start(
            () -> {
              try (Socket client = listener.accept();
                  Socket behind = new Socket(server.getAddress(), server.getPort())) {
                client.setTcpNoDelay(true);
                behind.setTcpNoDelay(true);
                Thread back = Thread.ofVirtual().start(() -> pass(behind, client, manner));
                pass(client, behind, manner);
                back.join();
              } catch (IOException e) {
                // the test's sides report the missing octets
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  private static void pass(Socket from, Socket to, Manner manner) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] bytes = new byte[64 * 1024];
      int have = 0;
      while (true) {
        from.setSoTimeout(have > 0 ? SILENCE_MILLIS : 0);
        int n;
        try {
          n = in.read(bytes, have, bytes.length - have);
        } catch (SocketTimeoutException e) {
          out.write(bytes, 0, have);
          have = 0;
          continue;
        }
        if (n < 0) {
          out.write(bytes, 0, have);
          to.shutdownOutput();
          return;
        }
        if (manner == Manner.GATHERED && have + n < bytes.length) {
          have += n;
          continue;
        }
        for (int i = 0; i < have + n; i++) {
          out.write(bytes, i, 1);
        }
        have = 0;
      }
    } catch (IOException e) {
      // one side is gone
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
