package io.postern.transport;

import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS records over a blocking socket. Owner: the connection's thread, which must call {@link
 * #release}: the engine's memory is native. Holds one buffer, and only while there is an incomplete
 * or unread record.
 */
final class TlsLayer {
  private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);
  private static final int RECORD = SmtpConnection.RECORD;

  private final TimedSocket socket;
  private final ReferenceCountedOpenSslEngine engine;
  private @Nullable ByteBuffer records; // from the peer, ready to be read
  private boolean bulk; // the socket had as much as there was room for
  private @Nullable ByteBuffer sealed; // for the peer, in write mode
  private String group = "";
  private boolean released;

  /** {@code records}: read already, owned from now on; null: none. */
  TlsLayer(TimedSocket socket, SSLEngine engine, @Nullable ByteBuffer records) {
    this.socket = socket;
    this.engine = (ReferenceCountedOpenSslEngine) engine;
    this.records = records;
  }

  /**
   * Returns plaintext that came along with the handshake's end; null: none. Waits with {@code
   * small}, so that a peer which does not go on holds no buffer.
   */
  @Nullable ByteBuffer handshake(long deadline, byte[] small, Duration writeTimeout)
      throws IOException {
    @Nullable ByteBuffer early = null;
    engine.beginHandshake();
    while (true) {
      switch (engine.getHandshakeStatus()) {
        case NEED_WRAP -> send(EMPTY, writeTimeout);
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
          noteGroup(records());
          ByteBuffer plain = early == null ? BufferPool.HEAP.take() : early;
          SSLEngineResult result = engine.unwrap(records(), plain);
          early = keep(plain);
          if (result.getStatus() == Status.CLOSED) {
            throw new EOFException();
          }
          boolean stuck = result.bytesConsumed() == 0 && result.bytesProduced() == 0;
          if (stuck
              && engine.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP
              && !receive(deadline, small)) {
            throw new EOFException();
          }
        }
        case NEED_TASK -> runTasks(engine);
        case FINISHED, NOT_HANDSHAKING -> {
          send(
              EMPTY,
              writeTimeout); // the client's Finished or the server's tickets may still be in the
          // engine
          return early == null ? null : early.flip();
        }
      }
    }
  }

  private static @Nullable ByteBuffer keep(ByteBuffer plain) {
    if (plain.position() > 0) {
      return plain;
    }
    BufferPool.HEAP.give(plain);
    return null;
  }

  /** After a failed handshake: sends the alert with the reason, if the engine has one. */
  void sendAlert(Duration writeTimeout) {
    try {
      send(EMPTY, writeTimeout);
    } catch (IOException e) {
      // the failure itself is being reported already
    }
  }

  /**
   * Decrypts the records that have come. Number of octets put into {@code plain}; 0: more records
   * are needed; -1: the peer has closed.
   */
  int decrypt(ByteBuffer plain, Duration writeTimeout) throws IOException {
    while (true) {
      SSLEngineResult result;
      try {
        result = engine.unwrap(records(), plain);
      } catch (SSLException e) {
        sendAlert(writeTimeout);
        throw new IOException(
            TlsFailures.reason(e, "").replace("the TLS handshake failed", "TLS failed"), e);
      }
      if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP
          && result.getStatus() != Status.CLOSED) {
        send(EMPTY, writeTimeout); // RFC 8446 §4.6.3: the answer to a KeyUpdate
      }
      if (result.bytesProduced() > 0) {
        return result.bytesProduced();
      }
      switch (result.getStatus()) {
        case CLOSED -> {
          return -1;
        }
        case BUFFER_UNDERFLOW -> {
          return 0;
        }
        case BUFFER_OVERFLOW ->
            throw new IOException("TLS record larger than RFC 8446 §5.2 allows");
        case OK -> {
          runTasks(engine);
          if (result.bytesConsumed() == 0) {
            return 0;
          }
        }
      }
    }
  }

  /**
   * Reads records from the socket; false at the end. {@code small}: wait with this array when there
   * is no incomplete record, so that an idle session holds no buffer.
   */
  boolean receive(long deadline, byte @Nullable [] small) throws IOException {
    ByteBuffer have = records;
    if (small != null && (have == null || !have.hasRemaining())) {
      giveRecords();
      int n = socket.read(small, 0, small.length, deadline);
      if (n > 0) {
        records = BufferPool.HEAP.take().put(small, 0, n).flip();
      }
      return n >= 0;
    }
    ByteBuffer into = roomForRecords(have);
    records = into;
    into.compact();
    try {
      int room = into.remaining();
      int n = socket.read(into.array(), into.position(), room, deadline);
      if (n > 0) {
        into.position(into.position() + n);
      }
      bulk = n == room || bulk && n > BufferPool.SIZE;
      return n >= 0;
    } finally {
      into.flip();
    }
  }

  /** A large buffer while the peer fills it, with the octets of {@code have}. */
  private ByteBuffer roomForRecords(@Nullable ByteBuffer have) {
    boolean large = have != null && have.capacity() > BufferPool.SIZE;
    if (have != null && (large == bulk || have.remaining() > BufferPool.SIZE)) {
      return have;
    }
    ByteBuffer next = bulk ? BufferPool.LARGE_HEAP.takeIfAny() : null;
    if (next == null && have != null && !large) {
      return have;
    }
    next = next == null ? BufferPool.HEAP.take() : next;
    if (have != null) {
      next.put(have);
      giveRecords();
    }
    return next.flip();
  }

  /** Encrypts and sends all of {@code plain}, and the engine's own messages. */
  void send(ByteBuffer plain, Duration writeTimeout) throws IOException {
    encrypt(plain, writeTimeout);
    flush(writeTimeout);
  }

  /** The same, but sends full buffers only: several records of content a write. */
  void encrypt(ByteBuffer plain, Duration writeTimeout) throws IOException {
    SSLEngineResult result;
    do {
      ByteBuffer into = room(plain.remaining() >= RECORD, writeTimeout);
      int start = into.position();
      result = engine.wrap(plain, into);
      if (group.isEmpty() && into.position() > start) {
        noteGroup(into.duplicate().flip().position(start));
      }
      if (result.getStatus() == Status.CLOSED) {
        if (plain.hasRemaining()) {
          throw new IOException("the TLS session has been closed");
        }
        return;
      }
    } while (plain.hasRemaining()
        || (result.bytesProduced() > 0
            && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP));
  }

  /** A buffer with room for one more record. */
  private ByteBuffer room(boolean content, Duration writeTimeout) throws IOException {
    if (sealed != null && sealed.remaining() < BufferPool.SIZE) {
      flush(writeTimeout);
    }
    if (sealed == null) {
      ByteBuffer large = content ? BufferPool.LARGE_DIRECT.takeIfAny() : null;
      sealed = large == null ? BufferPool.DIRECT.take() : large;
    }
    return sealed;
  }

  /** Sends the encrypted records. */
  void flush(Duration writeTimeout) throws IOException {
    ByteBuffer out = sealed;
    if (out == null) {
      return;
    }
    sealed = null;
    try {
      socket.write(out.flip(), writeTimeout);
    } finally {
      giveSealed(out);
    }
  }

  private static void giveSealed(ByteBuffer out) {
    BufferPool.give(out, BufferPool.LARGE_DIRECT, BufferPool.DIRECT);
  }

  /** RFC 8446 §6.1. */
  void sendCloseNotify(Duration writeTimeout) throws IOException {
    engine.closeOutbound();
    send(EMPTY, writeTimeout);
  }

  /** The ServerHello is the first message that has one, in whichever direction it passes. */
  private void noteGroup(ByteBuffer record) {
    if (group.isEmpty() && Hellos.isServerHello(record)) {
      group = Hellos.group(record);
    }
  }

  /** The key exchange group; "" when not known. */
  String group() {
    return group;
  }

  ReferenceCountedOpenSslEngine engine() {
    return engine;
  }

  /** Once, by the owner; later calls do nothing. */
  void release() {
    if (!released) {
      released = true;
      giveRecords();
      if (sealed != null) {
        giveSealed(sealed);
        sealed = null;
      }
      engine.release();
    }
  }

  /** Some that are not decrypted yet. */
  boolean recordsArrived() {
    return records().hasRemaining();
  }

  private ByteBuffer records() {
    return records == null ? EMPTY : records;
  }

  private void giveRecords() {
    if (records != null) {
      BufferPool.give(records, BufferPool.LARGE_HEAP, BufferPool.HEAP);
      records = null;
    }
  }

  static void runTasks(SSLEngine engine) {
    for (Runnable task = engine.getDelegatedTask();
        task != null;
        task = engine.getDelegatedTask()) {
      task.run();
    }
  }
}
