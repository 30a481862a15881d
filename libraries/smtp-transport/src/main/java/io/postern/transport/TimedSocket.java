package io.postern.transport;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A blocking socket whose reads and writes end in time, by the {@link SocketWatch}. Owner: one
 * thread, virtual or not; {@link #abort} from any. After a read past its deadline only writing goes
 * on; a write past its own closes the socket, as nobody knows how much the peer has.
 */
final class TimedSocket {
  private static final int LINGER_BYTES = 256 * 1024;
  private static final long EXACT_NANOS = 1_000_000_000; // a shorter wait ends to the millisecond
  private static final BooleanSupplier NEVER = () -> false;

  private record Wait(long deadline, BooleanSupplier over) {}

  private final SocketChannel channel;
  private final Socket adaptor;
  private final InputStream in;
  private final InetSocketAddress remote;
  private final InetSocketAddress local;
  private final AtomicReference<@Nullable Wait> reading = new AtomicReference<>();
  private BooleanSupplier over = NEVER;
  private volatile boolean silent; // a read was overdue: no other is begun
  private volatile long writeDeadline; // 0: no write is going on
  private volatile boolean stalled;
  private volatile boolean aborted;

  TimedSocket(SocketChannel channel) throws IOException {
    this.channel = channel;
    try {
      channel.configureBlocking(true);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      this.adaptor = channel.socket();
      this.in =
          adaptor.getInputStream(); // the adaptor's stream knows SO_TIMEOUT, the channel does not
      this.remote = (InetSocketAddress) channel.getRemoteAddress();
      this.local = (InetSocketAddress) channel.getLocalAddress();
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    SocketWatch.watch(this);
  }

  static TimedSocket connect(InetSocketAddress to, @Nullable InetAddress from, Duration timeout)
      throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      if (from != null) {
        bind(channel, from);
      }
      channel.socket().connect(to, millis(timeout.toNanos()));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    return new TimedSocket(channel);
  }

  private static void bind(SocketChannel channel, InetAddress from) throws SourceAddressException {
    try {
      channel.bind(new InetSocketAddress(from, 0));
    } catch (IOException | UnsupportedAddressTypeException e) { // a machine without IPv6
      throw new SourceAddressException(
          "cannot connect from the source address "
              + from.getHostAddress()
              + " ("
              + e.getMessage()
              + "): add the address to this machine, or use another one",
          e);
    }
  }

  InetSocketAddress remote() {
    return remote;
  }

  InetSocketAddress local() {
    return local;
  }

  /** Octets that can be read without waiting. */
  int available() throws IOException {
    return in.available();
  }

  /**
   * Reads that begin from now on end too when this is true. The watch asks it while a read waits,
   * so it is thread-safe and quick. Null: only their deadline counts.
   */
  void readsUntil(@Nullable BooleanSupplier isOver) {
    over = isOver == null ? NEVER : isOver;
  }

  /**
   * At least one octet; -1 at the end. SocketTimeoutException past the deadline (of
   * System.nanoTime()), and from then on at once.
   */
  int read(byte[] bytes, int offset, int length, long deadline) throws IOException {
    long left = deadline - System.nanoTime();
    if (left <= 0) {
      silent = true;
    }
    if (silent) {
      throw tooLate();
    }
    Wait wait = new Wait(deadline, over);
    reading.set(wait);
    try {
      adaptor.setSoTimeout(left < EXACT_NANOS ? millis(left) : 0);
      int n = in.read(bytes, offset, length);
      if (n >= 0 || !silent) {
        return n;
      }
    } catch (SocketTimeoutException e) {
      silent = true;
    } catch (IOException e) {
      if (!silent) { // never a time-out after a stalled write: nothing can be said any more
        throw stalled ? new IOException("the peer had stopped reading", e) : ended(e);
      }
    } finally {
      reading.compareAndSet(wait, null);
    }
    throw tooLate();
  }

  private static SocketTimeoutException tooLate() {
    return new SocketTimeoutException("the peer sent nothing in time");
  }

  /** All of {@code bytes}; the peer must take a record's worth of them within {@code timeout}. */
  void write(ByteBuffer bytes, Duration timeout) throws IOException {
    int due = bytes.position();
    try {
      while (bytes.hasRemaining()) {
        if (bytes.position() >= due) {
          due = bytes.position() + BufferPool.SIZE;
          writeDeadline = (System.nanoTime() + timeout.toNanos()) | 1; // never 0
        }
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw ended(e);
    } finally {
      writeDeadline = 0;
    }
  }

  private IOException ended(IOException e) {
    if (stalled) {
      return new SocketTimeoutException("the peer stopped reading");
    }
    return aborted ? new IOException("the connection was ended by its owner", e) : e;
  }

  /** By the watch. */
  void endOverdue(long now) {
    Wait wait = reading.get();
    if (wait != null
        && (wait.deadline - now < 0 || wait.over.getAsBoolean())
        && !dataArrived()
        && reading.compareAndSet(wait, null)) { // or it was in time after all
      endRead();
    }
    long deadline = writeDeadline;
    if (deadline != 0 && deadline - now < 0) {
      stalled = true;
      closeChannel();
    }
  }

  /** The peer was in time, and its reader is late: after a pause of this process, for instance. */
  private boolean dataArrived() {
    try {
      return in.available() > 0;
    } catch (IOException e) {
      return false;
    }
  }

  private void endRead() {
    silent = true;
    try {
      channel.shutdownInput(); // wakes the reader, and lets it write why
    } catch (IOException e) {
      closeChannel();
    }
  }

  /**
   * FIN, then close. The octets that the peer has sent already are read first: closing over unread
   * input sends RST, and that can destroy our last reply before the peer has read it.
   */
  void close() {
    try {
      if (channel.isOpen() && channel.isConnected()) {
        channel.shutdownOutput();
        byte[] dropped = new byte[4096];
        int total = 0;
        while (in.available() > 0 && total < LINGER_BYTES) {
          int n = in.read(dropped);
          if (n < 0) {
            break;
          }
          total += n;
        }
      }
    } catch (IOException e) {
      // the peer is gone: nothing is owed to it
    }
    closeChannel();
  }

  void abort() {
    aborted = true;
    closeChannel();
  }

  private void closeChannel() {
    SocketWatch.forget(this);
    try {
      channel.close();
    } catch (IOException e) {
      // closed all the same
    }
  }

  private static int millis(long nanos) {
    return (int) Math.clamp((nanos + 999_999) / 1_000_000, 1, Integer.MAX_VALUE);
  }
}
