package io.postern.lab;

import io.netty.handler.ssl.SslContext;
import io.postern.smtp.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A mail server on 127.0.0.1 for runs of hundreds of thousands of messages: it keeps nothing of
 * what it takes, and tells a {@link Witness} the facts instead, the content's digest among them. At
 * every stage a {@link Manner} says what it does. Beside {@link ScriptedPeer}, which keeps all for
 * tests that look at single sessions.
 *
 * <p>Thread-safe; a virtual thread a session. Memory: some 80 KiB a session, nothing a message.
 * Closing ends the sessions.
 */
public final class SinkPeer implements AutoCloseable {
  /** What is done at a stage. */
  public sealed interface Step {
    /** As a good server does. */
    record GoOn() implements Step {}

    /** The same after a while. */
    record GoOnAfter(Duration time) implements Step {}

    record Answer(Reply reply) implements Step {}

    /** Closes the connection without a word. */
    record Drop() implements Step {}

    /** At the end of data: takes the message, and closes without its reply. Elsewhere as Drop. */
    record TakeAndDrop() implements Step {}

    static Step answer(int code, String enhanced, String text) {
      return new Answer(Reply.of(code, enhanced, text));
    }
  }

  /** Called on the sessions' threads; must be quick and thread-safe. */
  @FunctionalInterface
  public interface Manner {
    Step at(PeerStage stage);
  }

  /**
   * A message that was taken.
   *
   * @param peer who took it
   * @param client what the client called itself in EHLO
   * @param tlsVersion empty: plaintext
   * @param reversePath empty: null reverse-path
   * @param recipients forward-paths that were accepted
   * @param trace the Received fields in front, as they came
   * @param start the first 1,024 characters behind them
   * @param sha256 of everything after the trace
   * @param dataNanos directly before the 354: no content was sent before (System.nanoTime)
   * @param contentNanos when the last byte before the final dot was there
   * @param dotNanos when the final dot was there
   * @param takenNanos when it was taken, directly before the reply
   * @param answered false: the reply is never sent
   */
  public record Receipt(
      String peer,
      String client,
      String tlsVersion,
      String cipherSuite,
      String reversePath,
      List<String> recipients,
      String trace,
      String start,
      byte[] sha256,
      long size,
      long dataNanos,
      long contentNanos,
      long dotNanos,
      long takenNanos,
      boolean answered) {}

  /** Hears what sessions see. Called on their threads; must be quick and thread-safe. */
  public interface Witness {
    /** Before the reply: who has read the 250 finds the receipt. */
    void took(Receipt receipt);

    /** MAIL or RCPT was said, by who calls itself {@code client}. */
    void envelope(String peer, String client, String command);

    /** A recipient was told 5xx, at whatever stage. */
    void refused(String peer, String recipient, String command);
  }

  private static final int RECEIVE_BUFFER = 256 * 1024;

  private final String hostName;
  private final Witness witness;
  private final @Nullable SslContext tls;
  private final boolean failHandshake;
  private final ServerSocket listener;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicLong sessions = new AtomicLong();
  private volatile Manner manner;

  private SinkPeer(
      String hostName,
      @Nullable Identity identity,
      boolean failHandshake,
      Witness witness,
      Manner manner)
      throws IOException {
    this.hostName = hostName;
    this.witness = witness;
    this.manner = manner;
    this.failHandshake = failHandshake;
    this.tls =
        identity == null
            ? null
            : LabTls.server(identity, LabTls.MODERN, false, /* ask= */ false, List.of());
    this.listener = new ServerSocket();
    listener.setReuseAddress(true);
    // What waits here unread is bounded, whatever the system would grow it to.
    listener.setReceiveBufferSize(RECEIVE_BUFFER);
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
    Thread.ofVirtual().name("sink " + hostName).start(this::accept);
  }

  /**
   * A listening one on a free port.
   *
   * @param identity null: STARTTLS is not offered
   */
  public static SinkPeer start(
      String hostName, @Nullable Identity identity, Witness witness, Manner manner) {
    return start(hostName, identity, false, witness, manner);
  }

  /** One that offers STARTTLS, and answers each hello with a fatal alert. */
  public static SinkPeer failingHandshakes(String hostName, Witness witness, Manner manner) {
    return start(hostName, null, true, witness, manner);
  }

  private static SinkPeer start(
      String hostName,
      @Nullable Identity identity,
      boolean failHandshake,
      Witness witness,
      Manner manner) {
    try {
      return new SinkPeer(hostName, identity, failHandshake, witness, manner);
    } catch (IOException failed) {
      throw new UncheckedIOException("sink " + hostName + " cannot listen", failed);
    }
  }

  public String hostName() {
    return hostName;
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Sessions so far. */
  public long sessions() {
    return sessions.get();
  }

  /** From the next stage on. */
  public void manner(Manner next) {
    manner = next;
  }

  Manner manner() {
    return manner;
  }

  Witness witness() {
    return witness;
  }

  @Nullable SslContext tls() {
    return tls;
  }

  boolean offersStartTls() {
    return tls != null || failHandshake;
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        sessions.incrementAndGet();
        open.add(socket);
        Thread.ofVirtual().name("session " + hostName).start(() -> serve(socket));
        if (listener.isClosed()) {
          socket.close(); // it came while the peer closed, which may not have seen it
        }
      } catch (IOException closed) {
        // the loop ends
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      new SinkSession(this, socket).run();
    } catch (IOException ended) {
      // By the client or the manner: what counts was told to the witness.
    } finally {
      open.remove(socket);
    }
  }
}
