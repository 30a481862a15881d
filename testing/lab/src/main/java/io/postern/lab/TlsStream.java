package io.postern.lab;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/**
 * TLS over a blocking socket with any engine, either side. On purpose not Postern's own transport:
 * a fault in that must not be met by the same fault here.
 *
 * <p>Owner: one thread. The socket's read time-out bounds every wait; buffers hold one TLS record
 * each way, as large as the engine says.
 */
final class TlsStream {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final Socket socket;
  private final SSLEngine engine;
  private final InputStream netIn;
  private final OutputStream netOut;
  private final ByteBuffer received;
  private final ByteBuffer toSend;
  private ByteBuffer plain;

  TlsStream(Socket socket, SSLEngine engine) throws IOException {
    this(socket, engine, new byte[0]);
  }

  /**
   * @param begun octets of the peer's first record that were read already
   */
  TlsStream(Socket socket, SSLEngine engine, byte[] begun) throws IOException {
    this.socket = socket;
    this.engine = engine;
    this.netIn = socket.getInputStream();
    this.netOut = socket.getOutputStream();
    SSLSession session = engine.getSession();
    this.received = ByteBuffer.allocate(session.getPacketBufferSize()).put(begun).flip();
    this.toSend = ByteBuffer.allocate(session.getPacketBufferSize());
    this.plain = ByteBuffer.allocate(session.getApplicationBufferSize()).limit(0);
  }

  SSLEngine engine() {
    return engine;
  }

  void handshake() throws IOException {
    try {
      engine.beginHandshake();
      while (true) {
        HandshakeStatus status = engine.getHandshakeStatus();
        if (status == HandshakeStatus.NOT_HANDSHAKING || status == HandshakeStatus.FINISHED) {
          break;
        }
        if (advance(status)) {
          continue;
        }
        SSLEngineResult result = unwrap();
        if (result.getStatus() == Status.CLOSED) {
          throw new SSLException("closed by the peer during the handshake");
        }
        // Done or with something to say, the engine must not be kept waiting for input.
        if (isStuck(result) && isInputWanted(engine.getHandshakeStatus())) {
          receive();
        }
      }
      send(NOTHING); // Netty may keep a client's Finished though it says that all is done
    } catch (IOException failed) {
      sendAlert(failed);
      throw failed;
    }
  }

  InputStream in() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        return fill() ? plain.get() & 0xff : -1;
      }

      @Override
      public int read(byte[] to, int offset, int length) throws IOException {
        if (length == 0) {
          return 0;
        }
        if (!fill()) {
          return -1;
        }
        int count = Math.min(length, plain.remaining());
        plain.get(to, offset, count);
        return count;
      }

      @Override
      public int available() {
        return plain.remaining();
      }
    };
  }

  OutputStream out() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] from, int offset, int length) throws IOException {
        ByteBuffer source = ByteBuffer.wrap(from, offset, length);
        while (source.hasRemaining()) {
          send(source);
        }
      }
    };
  }

  /** Sends close_notify and closes the socket without waiting for the peer's last octets. */
  void close() throws IOException {
    try (socket) {
      engine.closeOutbound();
      while (!engine.isOutboundDone() && send(NOTHING) > 0) {}
    }
  }

  /** Does the handshake's step that needs no input. False: it needs input. */
  private boolean advance(HandshakeStatus status) throws IOException {
    switch (status) {
      case NEED_WRAP -> send(NOTHING);
      case NEED_TASK -> {
        for (Runnable task = engine.getDelegatedTask();
            task != null;
            task = engine.getDelegatedTask()) {
          task.run();
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** False at the end of input. */
  private boolean fill() throws IOException {
    while (!plain.hasRemaining()) {
      if (advance(engine.getHandshakeStatus())) {
        continue;
      }
      try {
        SSLEngineResult result = unwrap();
        if (result.getStatus() == Status.CLOSED) {
          return false;
        }
        if (isStuck(result) && !isOutputWanted(engine.getHandshakeStatus())) {
          receive();
        }
      } catch (EOFException withoutCloseNotify) {
        return false;
      }
    }
    return true;
  }

  private SSLEngineResult unwrap() throws IOException {
    plain.compact();
    SSLEngineResult result;
    try {
      result = engine.unwrap(received, plain);
    } finally {
      plain.flip();
    }
    if (result.getStatus() == Status.BUFFER_OVERFLOW) {
      growPlain();
    }
    return result;
  }

  /**
   * Without input from the socket there is no progress. To read it earlier would wait for ever:
   * Netty's engine may have swallowed more input than it has given out.
   */
  private static boolean isStuck(SSLEngineResult result) {
    return result.getStatus() == Status.BUFFER_UNDERFLOW
        || (result.getStatus() == Status.OK
            && result.bytesConsumed() == 0
            && result.bytesProduced() == 0);
  }

  /** Netty's engine asks for more room than at first once it has seen a full record. */
  private void growPlain() throws SSLException {
    int needed = plain.remaining() + engine.getSession().getApplicationBufferSize();
    if (needed <= plain.capacity()) {
      throw new SSLException("the engine finds no space in " + plain.capacity() + " bytes");
    }
    plain = ByteBuffer.allocate(needed).put(plain).flip();
  }

  private static boolean isInputWanted(HandshakeStatus status) {
    return status == HandshakeStatus.NEED_UNWRAP || status == HandshakeStatus.NEED_UNWRAP_AGAIN;
  }

  private static boolean isOutputWanted(HandshakeStatus status) {
    return status == HandshakeStatus.NEED_WRAP || status == HandshakeStatus.NEED_TASK;
  }

  private void receive() throws IOException {
    received.compact();
    try {
      if (!received.hasRemaining()) {
        throw new SSLException("a record longer than " + received.capacity() + " bytes");
      }
      int count = netIn.read(received.array(), received.position(), received.remaining());
      if (count < 0) {
        throw new EOFException("connection closed by the peer");
      }
      received.position(received.position() + count);
    } finally {
      received.flip();
    }
  }

  private int send(ByteBuffer source) throws IOException {
    toSend.clear();
    SSLEngineResult result = engine.wrap(source, toSend);
    netOut.write(toSend.array(), 0, toSend.position());
    netOut.flush();
    if (result.getStatus() == Status.CLOSED && source.hasRemaining()) {
      throw new EOFException("TLS is closed");
    }
    return toSend.position();
  }

  private void sendAlert(IOException cause) {
    try {
      while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && send(NOTHING) > 0) {}
    } catch (IOException alsoFailed) {
      cause.addSuppressed(alsoFailed);
    }
  }
}
