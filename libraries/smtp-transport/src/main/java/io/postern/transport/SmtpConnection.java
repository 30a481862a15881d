package io.postern.transport;

import io.netty.handler.ssl.NotSslRecordException;
import io.postern.contracts.v1.TlsFacts;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One SMTP connection, either side, in plaintext and after STARTTLS over TLS; blocking, for a
 * virtual thread.
 *
 * <p><b>Owner:</b> one thread does everything, {@link #close} included, which must be called
 * (native memory); {@link #abort} may come from any other and makes the owner's next or current
 * call fail with an IOException.
 *
 * <p><b>Bounds:</b> a read waits at most the read time-out (default 5 minutes, RFC 5321
 * §4.5.3.2.7), a whole line and a whole handshake included; the peer must take a buffer within the
 * write time-out (default 3 minutes, §4.5.3.2.5). At most three buffers of 17 KiB, none while idle;
 * in the midst of content two of them may be of 68 KiB, while a pool has any.
 *
 * <p><b>Failure:</b> the peer's end (FIN or close_notify) is EOFException, or -1 from {@link
 * #fill}; RST is an IOException; silence is a SocketTimeoutException, after which every read is one
 * at once and writing goes on; a peer that stops reading is a SocketTimeoutException, after which
 * nothing does.
 */
public final class SmtpConnection implements AutoCloseable {
  private static final ByteBuffer NONE = ByteBuffer.allocate(0);
  static final int RECORD = 16 * 1024; // RFC 8446 §5.1
  private static final int SENT_AT_ONCE = 4 * RECORD;
  private static final int IDLE_BUFFER = 512;
  private static final int MAX_SKIPPED = 1024 * 1024;
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

  private final TimedSocket socket;
  private final byte[] idle = new byte[IDLE_BUFFER];
  private Duration readTimeout = Duration.ofMinutes(5);
  private Duration writeTimeout = Duration.ofMinutes(3);
  private ByteBuffer input = NONE;
  private ByteBuffer output = NONE; // in write mode
  private boolean flowing; // content is arriving: wait with a large buffer
  private @Nullable TlsLayer tls;
  private @Nullable HandshakeFacts facts;
  private @Nullable CertificateRequest request;
  private boolean broken;
  private boolean ended; // close_notify is sent
  private boolean closed;

  private SmtpConnection(TimedSocket socket) {
    this.socket = socket;
  }

  /** Takes the channel over; closes it when that fails. */
  public static SmtpConnection accepted(SocketChannel channel) throws IOException {
    return new SmtpConnection(new TimedSocket(channel));
  }

  /**
   * {@code from}: our own address, null for the system's choice. SourceAddressException when it
   * cannot be used; SocketTimeoutException, ConnectException and so on by their names.
   */
  public static SmtpConnection connect(
      InetSocketAddress to, @Nullable InetAddress from, Duration timeout) throws IOException {
    return new SmtpConnection(TimedSocket.connect(to, from, timeout));
  }

  public InetSocketAddress remote() {
    return socket.remote();
  }

  public InetSocketAddress local() {
    return socket.local();
  }

  /** For reads from now on; one of a second or more is checked every 100 ms. */
  public void readTimeout(Duration timeout) {
    readTimeout = timeout;
  }

  /** For writes from now on; checked every 100 ms. */
  public void writeTimeout(Duration timeout) {
    writeTimeout = timeout;
  }

  /**
   * A line without its CRLF. One that a bare LF ends keeps that LF, and bare CRs stay in, so that
   * the parser can refuse them. LineTooLongException when line and CRLF exceed {@code maxBytes}:
   * the line has then been skipped.
   */
  public byte[] readLine(int maxBytes) throws IOException {
    long deadline = System.nanoTime() + readTimeout.toNanos();
    @Nullable ByteArrayOutputStream parts = null;
    int skipped = 0;
    flowing = false;
    while (true) {
      if (!input.hasRemaining() && fill(deadline) < 0) {
        throw new EOFException("the peer closed the connection");
      }
      int start = input.arrayOffset() + input.position();
      int end = start + input.remaining();
      int lf = start;
      while (lf < end && input.array()[lf] != '\n') {
        lf++;
      }
      boolean complete = lf < end;
      int length = (complete ? lf + 1 : lf) - start;
      input.position(input.position() + length);
      if (skipped > 0 || length + (parts == null ? 0 : parts.size()) > maxBytes) {
        parts = null;
        skipped += length;
        if (complete) {
          throw new LineTooLongException(maxBytes);
        }
        if (skipped > MAX_SKIPPED) {
          throw new IOException("the peer sent more than 1 MiB without a line end");
        }
      } else if (complete && parts == null) {
        return withoutCrlf(input.array(), start, length);
      } else {
        parts = parts == null ? new ByteArrayOutputStream() : parts;
        parts.write(input.array(), start, length);
        if (complete) {
          return withoutCrlf(parts.toByteArray(), 0, parts.size());
        }
      }
    }
  }

  private static byte[] withoutCrlf(byte[] bytes, int start, int length) {
    boolean crlf = length >= 2 && bytes[start + length - 2] == '\r';
    int end = start + (crlf ? length - 2 : length);
    return Arrays.copyOfRange(bytes, start, end);
  }

  /**
   * The octets that have arrived and were not consumed; move its position to consume. May be empty.
   * Good until the next call of a method that reads, {@link #discardInput}, startTls or close: ask
   * again then. Has an array.
   */
  public ByteBuffer input() {
    return input;
  }

  /**
   * Waits until {@link #input} has something and returns how much; -1 when the peer has closed.
   * Does not read while there is some left.
   */
  public int fill() throws IOException {
    return fill(System.nanoTime() + readTimeout.toNanos());
  }

  /**
   * The same, and a wait that is over before its time-out: {@code over} is asked every 100 ms by
   * another thread, so it is thread-safe, quick and waits for nothing.
   */
  public int fill(BooleanSupplier over) throws IOException {
    socket.readsUntil(over);
    try {
      return fill();
    } finally {
      socket.readsUntil(null);
    }
  }

  private int fill(long deadline) throws IOException {
    if (input.hasRemaining()) {
      return input.remaining();
    }
    check();
    byte @Nullable [] small = flowing ? null : idle;
    int n = tls == null ? fillPlain(deadline, small) : fillTls(tls, deadline, small);
    flowing |= n >= IDLE_BUFFER;
    return n;
  }

  private int fillPlain(long deadline, byte @Nullable [] small) throws IOException {
    if (small != null) {
      giveInput();
      int n = socket.read(small, 0, small.length, deadline);
      if (n > 0) {
        input = BufferPool.HEAP.take().put(small, 0, n).flip();
      }
      return n;
    }
    ByteBuffer into = emptyInput();
    int n = socket.read(into.array(), 0, into.capacity(), deadline);
    into.limit(Math.max(n, 0));
    return n;
  }

  private int fillTls(TlsLayer layer, long deadline, byte @Nullable [] small) throws IOException {
    while (true) {
      ByteBuffer into = emptyInput();
      int n;
      into.clear();
      try {
        n = layer.decrypt(into, writeTimeout);
      } finally {
        into.flip();
      }
      if (n != 0) {
        return n;
      }
      if (small != null) {
        giveInput();
      }
      if (!layer.receive(deadline, small)) {
        return -1; // without close_notify: SMTP has its own ends of commands and messages
      }
    }
  }

  /** The input's buffer, empty and ready to be read. */
  private ByteBuffer emptyInput() {
    if (input == NONE) {
      input = BufferPool.HEAP.take();
    }
    return input.limit(0);
  }

  private void giveInput() {
    if (input != NONE) {
      BufferPool.HEAP.give(input);
      input = NONE;
    }
  }

  /**
   * The peer will send content now (RFC 5321 §4.1.1.4): the next wait is with a large buffer, as in
   * the midst of content. Until a line is read or something is flushed.
   */
  public void expectContent() {
    flowing = true;
  }

  /**
   * There is something to read without waiting for the peer: a pipelined command (RFC 2920 §3.2).
   */
  public boolean inputBuffered() {
    return input.hasRemaining();
  }

  /** The peer has sent something that nobody has read. Does not wait. */
  public boolean inputArrived() throws IOException {
    return input.hasRemaining() || tls != null && tls.recordsArrived() || socket.available() > 0;
  }

  /**
   * Forgets plaintext that has arrived and was not read: the octets behind STARTTLS (RFC 3207 §6).
   */
  public void discardInput() {
    giveInput();
  }

  /** Buffered; full buffers are sent, the rest by {@link #flush}. */
  public void write(byte[] bytes) throws IOException {
    write(ByteBuffer.wrap(bytes));
  }

  /** Takes all of {@code bytes}: large ones without a copy. */
  public void write(ByteBuffer bytes) throws IOException {
    check();
    while (bytes.hasRemaining()) {
      if (output.position() == 0 && bytes.remaining() >= RECORD) {
        int limit = bytes.limit();
        int whole = bytes.remaining() - bytes.remaining() % RECORD;
        try {
          send(bytes.limit(bytes.position() + Math.min(whole, SENT_AT_ONCE)));
        } finally {
          bytes.limit(limit);
        }
        continue;
      }
      if (output == NONE) {
        output = BufferPool.HEAP.take().limit(RECORD);
      }
      int n = Math.min(bytes.remaining(), output.remaining());
      output.put(output.position(), bytes, bytes.position(), n).position(output.position() + n);
      bytes.position(bytes.position() + n);
      if (!output.hasRemaining()) {
        sendOutput();
      }
    }
  }

  public void flush() throws IOException {
    flowing = false; // the peer will answer, or send a command
    sendOutput();
    if (tls != null) {
      try {
        tls.flush(writeTimeout);
      } catch (IOException e) {
        broken = true;
        throw e;
      }
    }
  }

  private void sendOutput() throws IOException {
    if (output == NONE) {
      return;
    }
    ByteBuffer full = output;
    output = NONE;
    try {
      check();
      send(full.flip());
    } finally {
      BufferPool.HEAP.give(full);
    }
  }

  /** With TLS it may wait in a buffer for more. */
  private void send(ByteBuffer bytes) throws IOException {
    try {
      if (tls == null) {
        socket.write(bytes, writeTimeout);
      } else {
        tls.encrypt(bytes, writeTimeout);
      }
    } catch (IOException e) {
      broken = true;
      throw e;
    }
  }

  /** The server's handshake, behind our 220 (RFC 3207 §4). Plaintext not read yet is forgotten. */
  public TlsFacts startTls(TlsServer server) throws IOException {
    long deadline = beginTls();
    @Nullable TlsLayer layer = null;
    ClientHello.VerifiableKeys verifiable;
    try {
      ByteBuffer hello = readHello(deadline);
      verifiable =
          ClientHello.read(hello)
              .map(ClientHello::verifiableKeys)
              .orElse(ClientHello.VerifiableKeys.NOT_KNOWN);
      layer = new TlsLayer(socket, server.newEngine(hello), hello);
    } catch (IOException e) {
      throw TlsFailures.handshake(e, server.offered());
    } finally {
      broken |= layer == null;
    }
    return handshake(layer, deadline, new HandshakeStart(null, verifiable), server.offered());
  }

  /**
   * The client's handshake, behind the server's 220, for a caller that demands the same of every
   * peer. {@code serverName}: SNI as an A-label host name, "" for none; an address or another text
   * is not sent. The hybrid group is offered.
   */
  public TlsFacts startTls(TlsClient client, String serverName) throws IOException {
    return startTls(client, serverName, true, "");
  }

  /**
   * @param hybrid false for hosts that take no hello as large as the hybrid group makes it
   * @param scope of the sessions that may be resumed, see {@link TlsClient}
   */
  public TlsFacts startTls(TlsClient client, String serverName, boolean hybrid, String scope)
      throws IOException {
    long deadline = beginTls();
    String sent = TlsClient.sendable(serverName);
    TlsLayer layer = new TlsLayer(socket, client.newEngine(remote(), sent, hybrid, scope), null);
    try {
      return handshake(
          layer,
          deadline,
          new HandshakeStart(sent, ClientHello.VerifiableKeys.NOT_KNOWN),
          client.offered());
    } finally {
      request = client.takeRequest(layer.engine());
    }
  }

  /**
   * The beginning of a handshake.
   *
   * @param serverName that we sent; null: we are the server
   * @param verifiable the keys that the client can verify; not known if we are the client or its
   *     hello could not be read. The hello itself is not kept: the handshake may wait for minutes
   */
  private record HandshakeStart(
      @Nullable String serverName, ClientHello.VerifiableKeys verifiable) {}

  /** When the handshake must be over. */
  private long beginTls() throws IOException {
    check();
    if (tls != null) {
      throw new IllegalStateException("TLS is active already");
    }
    discardInput();
    return System.nanoTime() + readTimeout.toNanos();
  }

  /**
   * The first record, with which the certificate is chosen. No buffer is held before its first
   * octets are here.
   */
  private ByteBuffer readHello(long deadline) throws IOException {
    int n = socket.read(idle, 0, idle.length, deadline);
    ByteBuffer hello = BufferPool.HEAP.take().put(idle, 0, Math.max(n, 0)).flip();
    while (true) {
      if (n < 0) {
        throw new EOFException("the peer closed the connection");
      }
      if (!Hellos.isHandshake(hello)) {
        throw new NotSslRecordException("not a TLS record");
      }
      int length = Hellos.recordLength(hello);
      if ((length > 0 && hello.remaining() >= length) || hello.remaining() == hello.capacity()) {
        return hello;
      }
      hello.compact();
      n = socket.read(hello.array(), hello.position(), hello.remaining(), deadline);
      hello.position(hello.position() + Math.max(n, 0)).flip();
    }
  }

  private TlsFacts handshake(TlsLayer layer, long deadline, HandshakeStart start, String offered)
      throws IOException {
    try {
      @Nullable ByteBuffer early = layer.handshake(deadline, idle, writeTimeout);
      facts =
          HandshakeFacts.of(layer.engine(), start.serverName(), layer.group(), start.verifiable());
      tls = layer;
      if (early != null) {
        input = early;
      }
      return facts.facts();
    } catch (IOException e) {
      layer.sendAlert(CLOSE_TIMEOUT);
      throw TlsFailures.handshake(e, offered);
    } finally {
      if (tls != layer) {
        broken = true;
        layer.release();
      }
    }
  }

  public boolean tls() {
    return tls != null;
  }

  public @Nullable TlsFacts tlsFacts() {
    return facts == null ? null : facts.facts();
  }

  /**
   * The peer's certificates as presented, DER, leaf first; empty when it presented none. Also on a
   * resumed session.
   */
  public List<byte[]> peerChain() {
    return facts == null ? List.of() : facts.chain();
  }

  /** The OCSP response that the server stapled (RFC 6066 §8), DER; empty: none. */
  public byte[] stapledOcsp() {
    return facts == null ? new byte[0] : facts.stapledOcsp().clone();
  }

  /**
   * The server's request for our certificate in this connection's handshake; null: it made none, we
   * have no certificate, or a session was resumed.
   */
  public @Nullable CertificateRequest certificateRequest() {
    return request;
  }

  private void check() throws IOException {
    if (closed || broken) {
      throw new IOException(closed ? "the connection is closed" : "the connection is broken");
    }
  }

  /** Sends the buffered output together with close_notify, the last that can be written. */
  public void end() throws IOException {
    sendOutput();
    if (tls != null && !ended) {
      check();
      ended = true;
      try {
        tls.sendCloseNotify(writeTimeout);
      } catch (IOException e) {
        broken = true;
        throw e;
      }
    }
  }

  /**
   * Sends the buffered output and close_notify, in bounded time, closes and gives everything back.
   * By the owner; twice is once.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    try {
      if (!broken) {
        writeTimeout = CLOSE_TIMEOUT;
        end();
      }
    } catch (IOException e) {
      // the peer is gone or does not read: nothing more can be said to it
    } finally {
      closed = true;
      socket.close();
      giveInput();
      if (tls != null) {
        tls.release();
      }
    }
  }

  /** Ends the connection at once, from any thread. The owner still calls {@link #close}. */
  public void abort() {
    socket.abort();
  }
}
