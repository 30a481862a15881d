package io.postern.delivery.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.contracts.QueueId;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.BodyType;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.ContentSegment;
import io.postern.contracts.v1.DeliveryRequested;
import io.postern.contracts.v1.Envelope;
import io.postern.contracts.v1.EnvelopeRecipient;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.NextHop;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.OutcomeRecorded;
import io.postern.contracts.v1.TlsFacts;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.TlsRequirement;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.delivery.destination.DestinationSettings;
import io.postern.delivery.destination.Destinations;
import io.postern.delivery.destination.DestinationsLab;
import io.postern.delivery.gate.HostDemands;
import io.postern.delivery.gate.Judge;
import io.postern.delivery.mtasts.MemoryStsPolicies;
import io.postern.delivery.mtasts.StsLookup;
import io.postern.delivery.nexthop.MailDns;
import io.postern.delivery.nexthop.NextHops;
import io.postern.delivery.nexthop.OwnAddresses;
import io.postern.delivery.position.DeliveryTask;
import io.postern.delivery.position.Ownership;
import io.postern.delivery.recipients.MailboxQuestion;
import io.postern.delivery.route.ClientIdentity;
import io.postern.delivery.session.Connections;
import io.postern.delivery.session.CredentialsFolder;
import io.postern.delivery.session.HopTools;
import io.postern.delivery.session.SessionOpener;
import io.postern.delivery.session.Timeouts;
import io.postern.delivery.session.TlsClients;
import io.postern.delivery.tlsrpt.SessionResult;
import io.postern.delivery.transaction.Contents;
import io.postern.dns.DnsSettings;
import io.postern.dns.Dnssec;
import io.postern.dns.MailResolver;
import io.postern.dns.ResolverSelfTest;
import io.postern.dns.dane.DaneLookup;
import io.postern.lab.LabDns;
import io.postern.lab.ScriptedPeer;
import io.postern.log.content.ContentException;
import io.postern.log.content.ContentStream;
import io.postern.log.verdicts.VerdictSource;
import io.postern.transport.CertificateRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A relay with time-outs that a busy machine never meets unless a test asks for {@link #impatient},
 * its own DNS, and verdicts and contents that a test decides.
 */
public final class RelayLab implements AutoCloseable, VerdictSource {
  /** One that was published. */
  public record Handshake(String host, TlsFacts facts, @Nullable CertificateRequest asked) {}

  public static final long REQUESTED_MILLIS = 1_790_000_000_000L;
  public static final String CONTENT = "Subject: hello\r\n\r\n.dot\r\nsecret body\r\n";
  private static final Timeouts PATIENT =
      new Timeouts(
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofMinutes(2));
  private static final Timeouts SHORT =
      new Timeouts(
          Duration.ofSeconds(2),
          Duration.ofMillis(500),
          Duration.ofMillis(500),
          Duration.ofMillis(500),
          Duration.ofMillis(500),
          Duration.ofMillis(500),
          Duration.ofMillis(700),
          Duration.ofMillis(500));

  public final LabDns dns = LabDns.start();
  public final AtomicLong clock = new AtomicLong(1);
  public final AtomicBoolean crowded = new AtomicBoolean();
  public final AtomicBoolean drawn = new AtomicBoolean(); // the smart host that is tried first
  public final Destinations destinations;
  public final Destinations hosts;
  public final Connections connections;
  public final List<VerdictQuestion> questions = new ArrayList<>();
  public final MemoryStsPolicies policies = new MemoryStsPolicies();
  public final List<Handshake> handshakes = new CopyOnWriteArrayList<>();
  public final List<SessionResult> results = new CopyOnWriteArrayList<>();
  private final MailResolver resolver;
  private final NextHops nextHops;
  private final HostDemands demands;
  private final TlsClients clients;
  private final Optional<Path> folder; // of client certificates and credentials
  private Relay relay;
  private Function<VerdictQuestion, CertificateVerdict> judge =
      question -> CertificateVerdict.newBuilder().setResult(VerdictResult.GOOD).build();
  private @Nullable String routingChanged;
  private Contents contents =
      segments -> stream(List.of(CONTENT.getBytes(StandardCharsets.UTF_8)), null);
  private int mxPort = 1;

  public RelayLab() {
    this(Optional.empty(), 1);
  }

  public RelayLab(Optional<Path> clientCertificates, int mxPort) {
    this(clientCertificates, mxPort, DestinationsLab.SETTINGS, usual(), true);
  }

  /** As an installation is by default: no mail host of a recipient's choice may be inside. */
  public static RelayLab publicOnly(int mxPort) {
    return new RelayLab(Optional.empty(), mxPort, DestinationsLab.SETTINGS, usual(), false);
  }

  public RelayLab(DestinationSettings settings) {
    this(settings, usual());
  }

  public RelayLab(DestinationSettings settings, Connections connections) {
    this(Optional.empty(), 1, settings, connections, true);
  }

  private static Connections usual() {
    return new Connections(10, 100, Duration.ofSeconds(10), SHORT.quit());
  }

  private RelayLab(
      Optional<Path> clientCertificates,
      int mxPort,
      DestinationSettings settings,
      Connections connections,
      boolean allowPrivate) {
    this(
        clientCertificates,
        mxPort,
        settings,
        connections,
        allowPrivate,
        Optional.empty(),
        Dnssec.OFF,
        Set.of());
  }

  /**
   * @param rootAnchors of the zones that sign the answers of {@link #dns}
   */
  public static RelayLab validating(int mxPort, Path rootAnchors) {
    return new RelayLab(
        Optional.empty(),
        mxPort,
        DestinationsLab.SETTINGS,
        usual(),
        true,
        Optional.of(rootAnchors),
        Dnssec.VALIDATE,
        Set.of());
  }

  /** The same by default, and the servers have shown that they pass proofs on. */
  public static RelayLab selfTested(int mxPort, Path rootAnchors) {
    return new RelayLab(
        Optional.empty(),
        mxPort,
        DestinationsLab.SETTINGS,
        usual(),
        true,
        Optional.of(rootAnchors),
        Dnssec.AUTO,
        Set.of());
  }

  public Set<String> unproven() {
    return resolver.unproven();
  }

  /** Once the zones that sign are there. */
  public void selfTest() throws InterruptedException {
    try (ResolverSelfTest test = new ResolverSelfTest(resolver, problem -> {})) {
      test.await(Duration.ofSeconds(30));
      assertThat(test.problem()).isEmpty();
    }
  }

  /**
   * @param own where senders reach us
   */
  public static RelayLab reachedAt(int mxPort, InetSocketAddress... own) {
    return new RelayLab(
        Optional.empty(),
        mxPort,
        DestinationsLab.SETTINGS,
        usual(),
        true,
        Optional.empty(),
        Dnssec.OFF,
        Set.of(own));
  }

  private RelayLab(
      Optional<Path> clientCertificates,
      int mxPort,
      DestinationSettings settings,
      Connections connections,
      boolean allowPrivate,
      Optional<Path> rootAnchors,
      Dnssec dnssec,
      Set<InetSocketAddress> own) {
    resolver = resolver(rootAnchors, dnssec);
    DaneLookup dane = rootAnchors.isPresent() ? new DaneLookup(resolver) : null;
    demands =
        new HostDemands(
            () -> dane,
            new StsLookup(resolver, policies, Duration.ofSeconds(1), InstantSource.system()));
    this.mxPort = mxPort;
    this.connections = connections;
    destinations = DestinationsLab.destinations(settings, crowded::get, clock::get);
    hosts = DestinationsLab.hosts(3, Duration.ofSeconds(5), crowded::get, clock::get);
    NextHops nextHops =
        new NextHops(
            new MailDns(resolver),
            this.mxPort,
            "relay.postern.example",
            new OwnAddresses(own, Set.of()),
            10,
            allowPrivate,
            new WrittenOrder());
    this.nextHops = nextHops;
    this.folder = clientCertificates;
    this.clients = new TlsClients(clientCertificates);
    this.relay = relay(PATIENT);
  }

  /** Smart hosts go as a test writes them, unless they are {@link #drawn}. */
  private final class WrittenOrder extends Random {
    private static final long serialVersionUID = 1;

    WrittenOrder() {
      super(7);
    }

    @Override
    public int nextInt(int origin, int bound) {
      return drawn.get() ? super.nextInt(origin, bound) : origin;
    }
  }

  private MailResolver resolver(Optional<Path> rootAnchors, Dnssec dnssec) {
    try {
      return new MailResolver(
          new DnsSettings(
              List.of(dns.address()),
              Duration.ofSeconds(10),
              Duration.ofSeconds(30),
              1 << 20,
              dnssec,
              rootAnchors),
          InstantSource.system());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Relay relay(Timeouts timeouts) {
    return new Relay(destinations, relayTools(timeouts));
  }

  /** Questions about recipients, with connections of their own. */
  public MailboxQuestion asking(Destinations routes, Connections own) {
    return new MailboxQuestion(routes, tools(PATIENT), own);
  }

  /** The same, and a host has half a second for each answer. */
  public MailboxQuestion askingImpatiently(Destinations routes, Connections own) {
    return new MailboxQuestion(routes, tools(SHORT), own);
  }

  /** As a validation has them. */
  public HopTools probing() {
    return tools(PATIENT);
  }

  public RelayTools ofTests() {
    return relayTools(PATIENT).ofTests(connections);
  }

  private HopTools tools(Timeouts timeouts) {
    return new HopTools(
        new ClientIdentity("relay.postern.example", List.of(), ""),
        new CredentialsFolder(folder),
        nextHops,
        demands,
        new SessionOpener(timeouts, clients),
        new Judge(this, Duration.ofSeconds(1)),
        timeouts,
        10);
  }

  private RelayTools relayTools(Timeouts timeouts) {
    return new RelayTools(
        tools(timeouts),
        hosts,
        connections,
        (request, host, facts, asked) -> handshakes.add(new Handshake(host, facts, asked)),
        results::add,
        request -> routingChanged,
        segments -> contents.open(segments));
  }

  /** From here on a host has half a second for each answer. */
  public void impatient() {
    relay = relay(SHORT);
  }

  public void verdict(VerdictResult result, VerdictReason reason) {
    CertificateVerdict verdict =
        CertificateVerdict.newBuilder().setResult(result).setReason(reason).build();
    judge = question -> verdict;
  }

  /** Verdicts from now on. */
  public void judgedBy(Function<VerdictQuestion, CertificateVerdict> other) {
    judge = other;
  }

  public void verdict(CertificateVerdict verdict) {
    judge = question -> verdict;
  }

  public void routingChanged(String why) {
    routingChanged = why;
  }

  public void contents(Contents other) {
    contents = other;
  }

  public OutcomeRecorded deliver(DeliveryRequested.Builder request) throws InterruptedException {
    OutcomeRecorded outcome =
        built(relay.deliver(new DeliveryTask(request.build(), REQUESTED_MILLIS), () -> true));
    if (outcome == null) {
      throw new AssertionError("abandoned");
    }
    return outcome;
  }

  public @Nullable OutcomeRecorded deliver(DeliveryRequested.Builder request, Ownership ownership)
      throws InterruptedException {
    return built(relay.deliver(new DeliveryTask(request.build(), REQUESTED_MILLIS), ownership));
  }

  public @Nullable OutcomeRecorded deliverUnowned(DeliveryRequested.Builder request)
      throws InterruptedException {
    return built(relay.deliver(new DeliveryTask(request.build(), REQUESTED_MILLIS), () -> false));
  }

  private static @Nullable OutcomeRecorded built(OutcomeRecorded.@Nullable Builder outcome) {
    return outcome == null ? null : outcome.build();
  }

  public static TlsRequirement level(TlsLevel level) {
    TlsRequirement.Builder requirement = TlsRequirement.newBuilder().setLevel(level);
    if (level == TlsLevel.DOMAIN_VALIDATION) {
      requirement.setTlsDomain("mail.fabrikam.com");
    }
    return requirement.build();
  }

  /** By the MX of a domain. */
  public static NextHop mailHosts(String domain) {
    return NextHop.newBuilder()
        .setProtocol(HopProtocol.SMTP)
        .setRoute("mx:" + domain)
        .setMxDomain(domain)
        .build();
  }

  public static DeliveryRequested.Builder request(
      TlsRequirement requirement, ScriptedPeer... peers) {
    NextHop.Builder hop = NextHop.newBuilder().setProtocol(HopProtocol.SMTP).setRoute("fabrikam");
    for (ScriptedPeer peer : peers) {
      hop.addSmartHosts(NextHopHost.newBuilder().setHost("127.0.0.1").setPort(peer.port()));
    }
    return request(requirement, hop.build(), "ann@fabrikam.com");
  }

  public static DeliveryRequested.Builder request(
      TlsRequirement requirement, NextHop hop, String... recipients) {
    String queueId = QueueId.next(0).toString();
    DeliveryRequested.Builder request =
        DeliveryRequested.newBuilder()
            .setQueueId(queueId)
            .setDeliveryId(queueId + "/1/0")
            .setAttempt(1)
            .setOrganization("contoso")
            .setNextHop(hop)
            .setRequirement(requirement)
            .setSize(CONTENT.length())
            .addContent(ContentSegment.newBuilder().setInline(ByteString.copyFromUtf8(CONTENT)));
    return recipients(request, recipients);
  }

  public static DeliveryRequested.Builder recipients(
      DeliveryRequested.Builder request, String... recipients) {
    Envelope.Builder envelope =
        Envelope.newBuilder().setReversePath("bob@contoso.com").setBody(BodyType.BODY_8BITMIME);
    request.clearRecipients();
    for (int i = 0; i < recipients.length; i++) {
      envelope.addRecipients(EnvelopeRecipient.newBuilder().setAddress(recipients[i]));
      request.addRecipients(i + 3);
    }
    return request.setEnvelope(envelope);
  }

  /** Hands out these buffers, then the failure or the end. */
  public static ContentStream stream(List<byte[]> buffers, @Nullable ContentException failure) {
    return new ContentStream() {
      private int next;

      @Override
      public @Nullable ByteBuffer next() throws ContentException {
        if (next < buffers.size()) {
          return ByteBuffer.wrap(buffers.get(next++));
        }
        if (failure != null) {
          throw failure;
        }
        return null;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public CertificateVerdict verdict(VerdictQuestion question, Duration patience) {
    questions.add(question);
    return judge.apply(question);
  }

  @Override
  public @Nullable CertificateVerdict known(VerdictQuestion question) {
    return null;
  }

  @Override
  public void close() {
    connections.close();
    dns.close();
  }
}
