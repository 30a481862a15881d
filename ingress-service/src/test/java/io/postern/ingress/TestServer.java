package io.postern.ingress;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.postern.contracts.v1.MessageRefused;
import io.postern.contracts.v1.SessionFacts;
import io.postern.ingress.attribution.RewrittenSenders;
import io.postern.ingress.bounds.Level;
import io.postern.ingress.bounds.Memory;
import io.postern.ingress.bounds.SourceBound;
import io.postern.ingress.intake.Handshakes;
import io.postern.ingress.intake.PresentedChains;
import io.postern.ingress.intake.RefusalCounts;
import io.postern.ingress.intake.UnacceptedContent;
import io.postern.ingress.listener.Balancers;
import io.postern.ingress.listener.ConnectionBounds;
import io.postern.ingress.listener.IngressServer;
import io.postern.ingress.listener.Listener;
import io.postern.ingress.rates.Rates;
import io.postern.ingress.recipients.MemoryRecipientQuestions;
import io.postern.ingress.recipients.RecipientParts;
import io.postern.ingress.session.SessionMetrics;
import io.postern.ingress.session.SessionParts;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.log.LogSettings;
import io.postern.log.LogSpace;
import io.postern.log.sending.MessageLog;
import io.postern.log.verdicts.BackgroundVerdicts;
import io.postern.rules.Directory;
import io.postern.rules.address.IpRange;
import io.postern.smtp.srs.SenderRewriting;
import io.postern.transport.KeyMaterial;
import io.postern.transport.TlsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;

/**
 * The service's own classes put together for a test, without Quarkus; each part may be replaced
 * before start.
 */
public final class TestServer implements AutoCloseable {
  public static final LabCa CA = LabCa.create("Ingress test");
  public static final Identity IDENTITY = CA.issue(Issue.to("mx.postern.example"));

  public final TestVerdicts verdicts = new TestVerdicts();
  public final List<MessageRefused> refusals = new CopyOnWriteArrayList<>();
  public final List<SessionFacts> handshakes = new CopyOnWriteArrayList<>();
  public MeterRegistry registry = new SimpleMeterRegistry();
  public Handshakes handshakeSink = (session, groups) -> handshakes.add(session);
  public PresentedChains presentedChains = (source, fingerprint, chain, staple, proved) -> true;
  public final Memory memory;
  public final RefusalCounts refusalCounts;
  public final TestLimits limits = new TestLimits();
  public Supplier<Optional<Directory>> directory = () -> Optional.of(TestDirectory.snapshot());
  public Supplier<Optional<SenderRewriting>> senderRewriting = Optional::empty;
  public long dataMemory = 16 << 20;
  public int recipientMemory = 8 << 20;
  public int memoryPercentOfSource = 25;
  public long unacceptedOfSource = 1 << 30;
  public Supplier<LogSpace.State> space = () -> LogSpace.State.OPEN;
  public MemoryRecipientQuestions mailboxes = new MemoryRecipientQuestions();
  public int maxMissingOfSource = 200;
  public Duration recipientPatience = Duration.ofSeconds(30);
  public LongSupplier nanos = System::nanoTime; // of the rates
  public InstantSource clock = InstantSource.system(); // of rewritten senders
  public int mostConnections = 100;
  public int mostPerAddress = 100;
  public int mostPerNetwork = 1_000;
  public Duration proxyHeaderTimeout = Duration.ofSeconds(5);

  /** Null: one named smtp at a free port of loopback. */
  public @Nullable List<Listener> listeners;

  public Duration shutdownPatience = Duration.ofSeconds(20);

  private final MessageLog log;
  private final TlsServer tls;
  private final SessionParts parts;
  private final IngressServer server;

  private TestServer(Settings settings, MessageLog log) throws Exception {
    settings.change(this);
    this.log = log;
    this.memory = new Memory(dataMemory, recipientMemory, memoryPercentOfSource);
    this.refusalCounts = new RefusalCounts(refusals::add, registry);
    Path folder = Files.createTempDirectory("ingress-key");
    IDENTITY.write(folder, "server");
    tls =
        new TlsServer(KeyMaterial.load(folder.resolve("server.pem"), folder.resolve("server.key")));
    parts =
        new SessionParts(
            tls,
            directory,
            verdicts,
            new BackgroundVerdicts(verdicts),
            log,
            memory,
            new UnacceptedContent(unacceptedOfSource),
            space,
            refusalCounts,
            handshakeSink,
            presentedChains,
            new RewrittenSenders(senderRewriting, clock),
            new Level<>(SourceBound.NOTIFICATIONS, System::nanoTime),
            new RecipientParts(
                mailboxes,
                new Level<>(SourceBound.MISSING_RECIPIENTS, maxMissingOfSource, System::nanoTime),
                recipientPatience,
                recipientPatience.multipliedBy(2)),
            new Rates(registry, nanos),
            new SessionMetrics(registry));
    server = another(listeners == null ? List.of(listener("smtp", false, List.of())) : listeners);
    server.start();
  }

  /** The settings that a test changes. */
  @FunctionalInterface
  public interface Settings {
    void change(TestServer server);
  }

  /** On a real log, with the patience of production. */
  public static TestServer on(String bootstrap, Settings settings) throws Exception {
    return new TestServer(settings, new MessageLog(client(bootstrap), 4));
  }

  /** On a real log that a test makes wait. */
  public static TestServer on(String bootstrap, Duration patience, Settings settings)
      throws Exception {
    return new TestServer(settings, new MessageLog(client(bootstrap), 4, patience));
  }

  /** Without a log: for dialogues that end before it. */
  public static TestServer withoutLog(Settings settings) throws Exception {
    return new TestServer(
        settings, new MessageLog(client("127.0.0.1:1"), 4, Duration.ofSeconds(1)));
  }

  /** On a log in memory. */
  public static TestServer on(Producer<String, byte[]> producer, Settings settings)
      throws Exception {
    return new TestServer(settings, new MessageLog(producer, 4, Duration.ofSeconds(15)));
  }

  private static LogSettings client(String bootstrap) {
    return new LogSettings(Map.of("bootstrap.servers", bootstrap));
  }

  public boolean listening() {
    return server.listening();
  }

  public int port() {
    return server.port("smtp");
  }

  public int port(String listener) {
    return server.port(listener);
  }

  /** A listener at a free port of loopback, with the limits of this server. */
  public Listener listener(String name, boolean implicitTls, List<String> balancers) {
    return new Listener(
        "postern.ingress.listeners." + name,
        name,
        List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
        implicitTls,
        new Balancers(balancers.stream().map(IpRange::parse).toList()),
        limits.made(),
        bounds());
  }

  public ConnectionBounds bounds() {
    return new ConnectionBounds(mostConnections, mostPerAddress, mostPerNetwork);
  }

  /** One more server with the same parts, not started. */
  public final IngressServer another(List<Listener> its) {
    return new IngressServer(its, parts, bounds(), proxyHeaderTimeout, shutdownPatience);
  }

  public SessionParts parts() {
    return parts;
  }

  public TlsServer tls() {
    return tls;
  }

  public RawClient greeted() throws IOException {
    return RawClient.greeted(port());
  }

  public double count(String meter, String... tags) {
    return registry.find(meter).tags(tags).counters().stream().mapToDouble(Counter::count).sum();
  }

  @Override
  public void close() {
    server.close();
    refusalCounts.close();
    log.close();
  }
}
