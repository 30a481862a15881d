package io.postern.lab;

import io.netty.handler.ssl.SslContext;
import io.postern.smtp.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A mail server on 127.0.0.1 that does as it is told: good by default, and at any stage refusing,
 * silent or gone. It records what each client said, before and after TLS, and keeps what it took,
 * byte for byte: the counterpart that proves what Postern sent and what it did not.
 *
 * <p>Thread-safe. Contents go to files, so that their size costs no memory. Sessions and messages
 * are remembered until the peer closes; closing ends its sessions and removes a folder that it made
 * for itself. Speaks LMTP to clients that say LHLO.
 */
public final class ScriptedPeer implements AutoCloseable {
  private static final List<String> CAPABILITIES =
      List.of("PIPELINING", "SIZE 157286400", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES");

  private static final Duration PATIENCE_AT_CLOSE = Duration.ofSeconds(30);

  private final Builder options;
  private final PeerScript script;
  private final @Nullable SslContext tls;
  private final MessageFolder folder;
  private final @Nullable Path ownFolder;
  private final ServerSocket listener;
  private final Thread acceptor;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private final List<PeerTranscript> sessions = new ArrayList<>();
  private final List<PeerMessage> messages = new ArrayList<>();
  private CountDownLatch release = new CountDownLatch(1);
  private boolean closing;

  private ScriptedPeer(Builder options) throws IOException {
    this.options = options;
    this.script = options.script;
    Path keepIn = options.keepIn == null ? Files.createTempDirectory("peer") : options.keepIn;
    this.ownFolder = options.keepIn == null ? keepIn : null;
    this.folder = new MessageFolder(keepIn);
    this.tls =
        options.identity == null || options.failHandshake
            ? null
            : LabTls.server(
                options.identity,
                options.protocols,
                options.rsaKeyExchange,
                options.askClientCertificate,
                options.clientAuthorities);
    this.listener = new ServerSocket();
    listener.setReuseAddress(true);
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), options.port), 256);
    this.acceptor = Thread.ofVirtual().name("peer " + options.hostName).start(this::accept);
  }

  /** A peer that says this host name in its banner and to EHLO. */
  public static Builder named(String hostName) {
    return new Builder(hostName);
  }

  /** How a peer is to be; each method returns the builder. */
  public static final class Builder {
    private final String hostName;
    private final PeerScript script = new PeerScript();
    private int port;
    private @Nullable Path keepIn;
    private @Nullable Identity identity;
    private boolean offerStartTls = true;
    private boolean failHandshake;
    private boolean refuseLargeHello;
    private boolean rsaKeyExchange;
    private boolean askClientCertificate = true;
    private List<X509Certificate> clientAuthorities = List.of();
    private List<String> protocols = LabTls.MODERN;
    private List<String> capabilities = CAPABILITIES;

    private Builder(String hostName) {
      this.hostName = hostName;
    }

    /** Default: any free one. */
    public Builder port(int port) {
      this.port = port;
      return this;
    }

    /** Where messages are kept, {@code NUMBER.eml} and {@code NUMBER.json}; default: nowhere. */
    public Builder keepIn(Path folder) {
      this.keepIn = folder;
      return this;
    }

    /** The server's certificate; without one STARTTLS is not offered. */
    public Builder identity(Identity identity) {
      this.identity = identity;
      return this;
    }

    public Builder offerStartTls(boolean offer) {
      this.offerStartTls = offer;
      return this;
    }

    /** Offers STARTTLS, says 220 and answers the client's hello with a fatal alert. */
    public Builder failHandshake() {
      this.failHandshake = true;
      return this;
    }

    /** Ends the connection at a ClientHello of more than 1,000 octets, as filters do. */
    public Builder refuseLargeHello() {
      this.refuseLargeHello = true;
      return this;
    }

    /** TLS 1.2 with RSA key exchange only, so without forward secrecy; wants an RSA key. */
    public Builder tls12RsaOnly() {
      this.rsaKeyExchange = true;
      return this;
    }

    /** As "TLSv1.2", "TLSv1.3". */
    public Builder protocols(String... protocols) {
      this.protocols = List.of(protocols);
      return this;
    }

    public Builder askClientCertificate(boolean ask) {
      this.askClientCertificate = ask;
      return this;
    }

    /** Names these to the client as those of which certificates are taken; default: none. */
    public Builder clientAuthorities(X509Certificate... authorities) {
      this.clientAuthorities = List.of(authorities);
      return this;
    }

    /** Instead of the usual ones; STARTTLS is added where it is offered. */
    public Builder capabilities(String... capabilities) {
      this.capabilities = List.of(capabilities);
      return this;
    }

    public Builder on(PeerStage stage, PeerStep step) {
      script.on(stage, step);
      return this;
    }

    public Builder recipient(String address, Reply reply) {
      script.recipient(address, reply);
      return this;
    }

    /** A listening peer; throws when its port is taken. */
    public ScriptedPeer start() {
      try {
        return new ScriptedPeer(this);
      } catch (IOException failed) {
        throw new UncheckedIOException(
            "peer %s cannot listen on port %d".formatted(hostName, port), failed);
      }
    }
  }

  public int port() {
    return listener.getLocalPort();
  }

  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port());
  }

  public String hostName() {
    return options.hostName;
  }

  /** From now on, at every session's stage. */
  public void on(PeerStage stage, PeerStep step) {
    script.on(stage, step);
  }

  /** The next times the stage is reached, one step each; before what {@link #on} says. */
  public void next(PeerStage stage, PeerStep... steps) {
    script.next(stage, List.of(steps));
  }

  public void recipient(String address, Reply reply) {
    script.recipient(address, reply);
  }

  /** Forgets the script, and releases what hangs. */
  public void asUsual() {
    script.asUsual();
    release();
  }

  /** What hangs now goes on. */
  public synchronized void release() {
    release.countDown();
    release = new CountDownLatch(1);
  }

  /** What goes on may come to where it hangs again: there it ends. */
  private synchronized void releaseForGood() {
    closing = true;
    release();
  }

  /** Closes all connections; goes on listening. */
  public void dropConnections() {
    for (Socket socket : open) {
      try {
        socket.close();
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
  }

  public synchronized List<PeerTranscript> sessions() {
    return List.copyOf(sessions);
  }

  public synchronized List<PeerMessage> messages() {
    return List.copyOf(messages);
  }

  /** The transcript of the session that brought the message. */
  public synchronized PeerTranscript session(PeerMessage message) {
    return sessions.get(message.session() - 1);
  }

  /**
   * Waits for so many messages in all; throws with what the sessions said when they do not come.
   */
  public synchronized List<PeerMessage> awaitMessages(int count, Duration patience) {
    await(() -> messages.size() >= count, patience, count + " messages");
    return messages();
  }

  /** Waits for so many sessions in all, ended or not. */
  public synchronized List<PeerTranscript> awaitSessions(int count, Duration patience) {
    await(() -> sessions.size() >= count, patience, count + " sessions");
    return sessions();
  }

  /** Whether any session brought anything of an envelope: MAIL, RCPT or content. */
  public boolean envelopeSeen() {
    return sessions().stream().anyMatch(PeerTranscript::envelopeSeen);
  }

  @Override
  public void close() {
    try {
      listener.close();
      releaseForGood();
      awaitEnd(acceptor); // or a connection that it takes just now would be missed
      dropConnections();
      awaitSessionsEnd();
      if (ownFolder != null) {
        try (Stream<Path> files = Files.walk(ownFolder)) {
          for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.deleteIfExists(file);
          }
        }
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void awaitSessionsEnd() throws IOException {
    for (Thread serving : threads) {
      awaitEnd(serving);
    }
  }

  /** A session that was just released may still be writing its message. */
  private static void awaitEnd(Thread thread) throws IOException {
    try {
      if (!thread.join(PATIENCE_AT_CLOSE)) {
        throw new IOException(thread.getName() + " does not end");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while sessions end", interrupted);
    }
  }

  PeerScript script() {
    return script;
  }

  MessageFolder folder() {
    return folder;
  }

  List<String> capabilities() {
    return options.capabilities;
  }

  boolean offersStartTls() {
    return options.offerStartTls && (options.identity != null || options.failHandshake);
  }

  boolean refusesLargeHello() {
    return options.refuseLargeHello;
  }

  /** Null: the handshake is to fail. */
  @Nullable SslContext tlsContext() {
    return tls;
  }

  void took(PeerMessage message, PeerTranscript session) throws IOException {
    folder.facts(message, session, options.hostName);
    synchronized (this) {
      messages.add(message);
      notifyAll();
    }
  }

  /**
   * What the next {@link #release} counts down: taken before anybody is told that a session hangs,
   * or that release might come too early for it.
   */
  synchronized CountDownLatch hang() throws IOException {
    if (closing) {
      throw new IOException("the peer is closing");
    }
    return release;
  }

  static void awaitRelease(CountDownLatch hang) throws IOException {
    try {
      hang.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while hanging", interrupted);
    }
  }

  private interface Condition {
    boolean holds();
  }

  private synchronized void await(Condition condition, Duration patience, String what) {
    long end = System.nanoTime() + patience.toNanos();
    while (!condition.holds()) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError(
            "%s did not get %s within %s, but %d messages in %s"
                .formatted(options.hostName, what, patience, messages.size(), sessions));
      }
      try {
        wait(left);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while waiting for " + what, interrupted);
      }
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        open.add(socket); // before it is told of: who knows of a session may drop it
        PeerTranscript transcript = begin(socket.getInetAddress().getHostAddress());
        Thread serving =
            Thread.ofVirtual()
                .name("session of peer " + options.hostName)
                .unstarted(() -> serve(socket, transcript));
        threads.add(serving);
        serving.start();
      } catch (IOException closed) {
        // the loop ends
      }
    }
  }

  private synchronized PeerTranscript begin(String client) {
    PeerTranscript transcript = new PeerTranscript(sessions.size() + 1, client);
    sessions.add(transcript);
    notifyAll();
    return transcript;
  }

  private void serve(Socket socket, PeerTranscript transcript) {
    try {
      new PeerSession(this, transcript, socket).run();
    } catch (IOException closedAtOnce) {
      transcript.end("ended: " + closedAtOnce.getMessage());
    } finally {
      open.remove(socket);
      threads.remove(Thread.currentThread());
    }
  }
}
