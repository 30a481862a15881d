package io.postern.lab;

import io.netty.handler.ssl.SslContext;
import io.postern.smtp.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A mail server, on 127.0.0.1 unless it is for other hosts: good by default, and at any stage of a
 * session refusing, late, silent or gone, as its script says. It records each client's commands,
 * before and after TLS, and keeps each message, byte for byte: the counterpart that proves which
 * octets Postern sent.
 *
 * <p>With a {@link PeerWitness} it keeps nothing and reports each message to the witness instead,
 * for runs of hundreds of thousands of messages: {@link #sessions()} and {@link #messages()} stay
 * empty then, and a session costs some 80 KiB, a message nothing.
 *
 * <p>Thread-safe; a virtual thread a session. Closing ends the sessions, 30 s at most are waited
 * for each, and removes a folder that the peer made for itself. Speaks LMTP to clients that say
 * LHLO.
 */
public final class ScriptedPeer implements AutoCloseable {
  private static final List<String> CAPABILITIES =
      List.of("PIPELINING", "SIZE 157286400", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES");

  private static final Duration PATIENCE_AT_CLOSE = Duration.ofSeconds(30);

  /** Bounds the octets that wait here unread; the system would let them grow. */
  private static final int RECEIVE_BUFFER = 256 * 1024;

  private final Builder options;
  private final PeerScript script;
  private final @Nullable SslContext tls;
  private final @Nullable PeerRecord record;
  private final PeerWitness witness;
  private final ServerSocket listener;
  private final Thread acceptor;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private final AtomicInteger sessionCount = new AtomicInteger();
  private final CountDownLatch closing = new CountDownLatch(1);
  private CountDownLatch release = new CountDownLatch(1);

  private ScriptedPeer(Builder options) throws IOException {
    this.options = options;
    this.script = options.script;
    if (options.witness == null) {
      PeerRecord own = new PeerRecord(options.hostName, options.keepIn);
      this.record = own;
      this.witness = own;
    } else {
      this.record = null;
      this.witness = options.witness;
    }
    this.tls =
        options.identity == null || options.failHandshake
            ? null
            : LabTls.server(
                options.identity,
                options.protocols,
                options.rsaKeyExchange,
                options.groups,
                options.askClientCertificate,
                options.clientAuthorities);
    this.listener = new ServerSocket();
    listener.setReuseAddress(true);
    listener.setReceiveBufferSize(RECEIVE_BUFFER);
    listener.bind(new InetSocketAddress(options.address, options.port), 256);
    this.acceptor = Thread.ofVirtual().name("peer " + options.hostName).start(this::accept);
  }

  /** A peer that says this host name in its banner and to EHLO. */
  public static Builder named(String hostName) {
    return new Builder(hostName);
  }

  /** The options of a peer; each method returns the builder. */
  public static final class Builder {
    private final String hostName;
    private final PeerScript script = new PeerScript();
    private InetAddress address = InetAddress.getLoopbackAddress();
    private int port;
    private @Nullable Path keepIn;
    private @Nullable PeerWitness witness;
    private @Nullable Identity identity;
    private boolean offerStartTls = true;
    private boolean failHandshake;
    private boolean refuseLargeHello;
    private boolean rsaKeyExchange;
    private boolean askClientCertificate = true;
    private List<X509Certificate> clientAuthorities = List.of();
    private List<String> protocols = LabTls.MODERN;
    private List<String> groups = LabTls.GROUPS;
    private List<String> capabilities = CAPABILITIES;
    private @Nullable PeerLogin login;

    private Builder(String hostName) {
      this.hostName = hostName;
    }

    /** Default: any free one. */
    public Builder port(int port) {
      this.port = port;
      return this;
    }

    /** Listens for other hosts at this address; default: for this machine only. */
    public Builder address(InetAddress address) {
      this.address = address;
      return this;
    }

    /** Where messages are kept, {@code NUMBER.eml} and {@code NUMBER.json}; default: nowhere. */
    public Builder keepIn(Path folder) {
      this.keepIn = folder;
      return this;
    }

    /** Hears of each message; the peer keeps none then, and no session. Default: none. */
    public Builder witness(PeerWitness witness) {
      this.witness = witness;
      return this;
    }

    /** The server's certificate; null, and by default: STARTTLS is not offered. */
    public Builder identity(@Nullable Identity identity) {
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

    /** Of the key exchange, by BoringSSL's names; default: a hybrid one before classical ones. */
    public Builder groups(String... groups) {
      this.groups = List.of(groups);
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

    /** Takes mail over TLS of this user alone (RFC 4954); by default of everybody. */
    public Builder login(String user, String password, String... mechanisms) {
      this.login = new PeerLogin(user, password, List.of(mechanisms), true, PeerLogin.PROMPTS);
      return this;
    }

    /** The same by LOGIN, with these texts after 334. */
    public Builder loginPrompting(
        String user, String password, String userPrompt, String passwordPrompt) {
      this.login =
          new PeerLogin(
              user, password, List.of("LOGIN"), true, List.of(userPrompt, passwordPrompt));
      return this;
    }

    /** The same of one who does not know the password, and pretends to. */
    public Builder impostor(String... mechanisms) {
      this.login = new PeerLogin("", "", List.of(mechanisms), false, PeerLogin.PROMPTS);
      return this;
    }

    public Builder on(PeerStage stage, PeerStep step) {
      script.on(stage, step);
      return this;
    }

    /** The behaviour where no step is named. */
    public Builder manner(PeerManner manner) {
      script.manner(manner);
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

  /** The next times the stage is reached, one step each; before the step of {@link #on}. */
  public void next(PeerStage stage, PeerStep... steps) {
    script.next(stage, List.of(steps));
  }

  public void recipient(String address, Reply reply) {
    script.recipient(address, reply);
  }

  /** From the next stage on, wherever no step is named. */
  public void manner(PeerManner manner) {
    script.manner(manner);
  }

  /** Forgets the script, and releases each session that hangs. */
  public void asUsual() {
    script.asUsual();
    release();
  }

  /** Each session that hangs now goes on. */
  public synchronized void release() {
    release.countDown();
    release = new CountDownLatch(1);
  }

  /** A session that goes on may come to where it hangs again: there it ends. */
  private synchronized void releaseForGood() {
    closing.countDown();
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

  public List<PeerTranscript> sessions() {
    return record == null ? List.of() : record.sessions();
  }

  public List<PeerMessage> messages() {
    return record == null ? List.of() : record.messages();
  }

  /** Waits for so many messages in all; throws with the transcripts when they do not come. */
  public List<PeerMessage> awaitMessages(int count, Duration patience) {
    return withoutWitness().awaitMessages(count, patience);
  }

  /** Waits for so many sessions in all, ended or not. */
  public List<PeerTranscript> awaitSessions(int count, Duration patience) {
    return withoutWitness().awaitSessions(count, patience);
  }

  private PeerRecord withoutWitness() {
    if (record == null) {
      throw new IllegalStateException(hostName() + " has a witness and keeps nothing");
    }
    return record;
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
      if (record != null) {
        record.removeOwnFolder();
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

  PeerWitness witness() {
    return witness;
  }

  /** Null: contents are not kept. */
  @Nullable MessageFolder folder() {
    return record == null ? null : record.folder();
  }

  List<String> capabilities() {
    return options.capabilities;
  }

  /** Null: nobody has to log in. */
  @Nullable PeerLogin login() {
    return options.login;
  }

  /** Null: it has no TLS. */
  @Nullable X509Certificate certificate() {
    return options.identity == null ? null : options.identity.leaf();
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

  /**
   * The latch that the next {@link #release} counts down: taken before the transcript says that a
   * session hangs, or that release might come too early for it.
   */
  synchronized CountDownLatch hang() throws IOException {
    if (closing.getCount() == 0) {
      throw new IOException("the peer is closing");
    }
    return release;
  }

  /** Waits so long; throws when the peer closes meanwhile. */
  void awaitTime(Duration time) throws IOException {
    try {
      if (closing.await(time.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new IOException("the peer is closing");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while late", interrupted);
    }
  }

  static void awaitRelease(CountDownLatch hang) throws IOException {
    try {
      hang.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while hanging", interrupted);
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        open.add(socket); // before its transcript is seen: a test that sees a session may drop it
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

  private PeerTranscript begin(String client) {
    PeerTranscript session =
        new PeerTranscript(
            sessionCount.incrementAndGet(), hostName(), client, /* withLines= */ record != null);
    if (record != null) {
      record.begins(session);
    }
    return session;
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
