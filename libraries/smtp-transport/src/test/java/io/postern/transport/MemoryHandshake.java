package io.postern.transport;

import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** A handshake between two engines without a network. Owner: one thread. */
final class MemoryHandshake {
  private static final int OCTETS = 64 * 1024;
  private static final int MOST_STEPS = 100;

  private final SSLEngine client;
  private final ByteBuffer toServer = ByteBuffer.allocate(OCTETS).flip();
  private final ByteBuffer toClient = ByteBuffer.allocate(OCTETS).flip();
  private final ByteBuffer plain = ByteBuffer.allocate(OCTETS);

  MemoryHandshake(SSLEngine client) {
    this.client = client;
  }

  /** The record with the client's hello, as it would be sent. */
  ByteBuffer hello() throws SSLException {
    client.beginHandshake();
    wrap(client, toServer);
    return toServer.duplicate();
  }

  /**
   * The suite on which client and server agree; empty: on none. {@code server} is made from the
   * client's hello.
   */
  Optional<String> suite(Function<ByteBuffer, SSLEngine> server) {
    @Nullable SSLEngine other = null;
    try {
      other = server.apply(hello());
      other.beginHandshake();
      for (int i = 0; i < MOST_STEPS; i++) {
        step(other, toServer, toClient);
        step(client, toClient, toServer);
        if (over(client) && over(other)) {
          return Optional.of(client.getSession().getCipherSuite());
        }
      }
      return Optional.empty();
    } catch (SSLException e) {
      return Optional.empty(); // an answer, no error: they have nothing in common
    } finally {
      ReferenceCountUtil.release(client);
      ReferenceCountUtil.release(other);
    }
  }

  private static boolean over(SSLEngine engine) {
    return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING
        && !engine.getSession().getProtocol().equals("NONE");
  }

  private void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
    while (true) {
      switch (engine.getHandshakeStatus()) {
        case NEED_TASK -> TlsLayer.runTasks(engine);
        case NEED_WRAP -> wrap(engine, out);
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
          SSLEngineResult result = engine.unwrap(in, plain.clear());
          if (result.bytesConsumed() == 0
              && engine.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP) {
            return;
          }
        }
        case FINISHED, NOT_HANDSHAKING -> {
          if (in.hasRemaining()) {
            engine.unwrap(in, plain.clear()); // the other side's tickets
          }
          return;
        }
      }
    }
  }

  private static void wrap(SSLEngine engine, ByteBuffer out) throws SSLException {
    out.compact();
    try {
      engine.wrap(ByteBuffer.allocate(0), out);
    } finally {
      out.flip();
    }
  }
}
