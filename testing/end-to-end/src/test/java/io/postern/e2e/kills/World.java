package io.postern.e2e.kills;

import static java.util.Objects.requireNonNull;

import io.postern.e2e.SealedContents;
import io.postern.lab.BrokerNetwork;
import io.postern.lab.CrlServer;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.lab.LabDns;
import io.postern.lab.LogAuthority;
import io.postern.lab.PeerMessage;
import io.postern.lab.PeerWitness;
import io.postern.lab.ScriptedPeer;
import io.postern.lab.SlowDisk;
import io.postern.lab.SmallDisk;
import io.postern.lab.WatchedDisk;
import io.postern.log.LogSettings;
import io.postern.operator.api.DirectoryClient;
import io.postern.programs.BrokerSettings;
import io.postern.programs.Brokers;
import io.postern.programs.FreePorts;
import io.postern.stack.LocalStack;
import io.postern.stack.Processes;
import io.postern.stack.Replica;
import io.postern.stack.Service;
import io.postern.stack.Size;
import io.postern.stack.StackOptions;
import io.postern.stack.StateFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Broker, services in the numbers asked for, and what surrounds them: an authority whose revocation
 * list is served, DNS, and the mail host of all strangers. Closing stops everything; the state
 * folder stays.
 */
final class World implements AutoCloseable {
  private static final Duration READY = Duration.ofSeconds(180);
  private static final String STRANGERS = "mx.strangers.example";
  private static final int BROKERS = 3;

  /** Of a broker's own; far above the mark below which new mail is refused. */
  private static final long DISK_BYTES = 64L << 30;

  private final StateFolder state;
  private final CrlServer crls;
  private final LabCa ca;
  private final LabDns dns;
  private final ScriptedPeer strangers;
  private final LocalStack stack;
  private final BrokerHarms.Hosts hosts;
  private final AtomicInteger revoked = new AtomicInteger();
  private @Nullable Clocks clocks;

  /** Before there is a run, strangers get nothing. */
  private volatile PeerWitness strangersWitness = message -> {};

  private final class Strangers implements PeerWitness {
    @Override
    public void took(PeerMessage message) throws IOException {
      strangersWitness.took(message);
    }

    @Override
    public void envelope(String peer, String client, String command) {
      strangersWitness.envelope(peer, client, command);
    }

    @Override
    public void refused(String peer, String recipient, String command) {
      strangersWitness.refused(peer, recipient, command);
    }
  }

  private World(
      Path folder,
      Profile profile,
      int replicas,
      UnaryOperator<Processes> more,
      BrokerHarms.Hosts hosts)
      throws Exception {
    this.hosts = hosts;
    state = new StateFolder(folder);
    crls = CrlServer.create();
    ca = LabCa.create("Kills", crls);
    dns = LabDns.start();
    dns.a(STRANGERS, "127.0.0.1");
    strangers =
        ScriptedPeer.named(STRANGERS)
            .identity(ca.issue(Issue.to(STRANGERS)))
            .askClientCertificate(false)
            .witness(new Strangers())
            .start();
    ca.issue(Issue.to("gate.kills.example")).write(state.keys(), "gate");
    ca.writeRoot(state.keys().resolve("ca.pem"));
    stack =
        LocalStack.start(
            options(more.apply(processes(profile, replicas))),
            line -> System.out.println("kills: " + line));
  }

  /**
   * @param replicas of ingress, policy and delivery
   * @param more what a run changes in the stack
   */
  static World start(Path folder, Profile profile, int replicas, UnaryOperator<Processes> more)
      throws Exception {
    return started(new World(folder, profile, replicas, more, BrokerHarms.Hosts.NONE));
  }

  /** The same, where small contents travel sealed. */
  static World startSealed(
      Path folder, Profile profile, int replicas, UnaryOperator<Processes> more) throws Exception {
    World world = new World(folder, profile, replicas, more, BrokerHarms.Hosts.NONE);
    SealedContents.raise(world.kafka());
    return started(world);
  }

  /** With wall clocks that differ by minutes, and can be set. */
  static World startWithClocks(Path folder, Profile profile, int replicas, Clocks clocks)
      throws Exception {
    World world = start(folder, profile, replicas, clocks::of);
    world.clocks = clocks;
    return world;
  }

  /**
   * With three brokers, whose machines may lose their power one at a time: each on a host of its
   * own and with mutual TLS where this machine lets us make hosts, else on loopback; each with a
   * disk that can be filled where it lets us mount one.
   *
   * @param notes of the brokers' flushes
   */
  static World startThreeBrokers(
      Path state, Path notes, Profile profile, int replicas, UnaryOperator<Processes> more)
      throws Exception {
    StateFolder folder = new StateFolder(state);
    Map<Integer, WatchedDisk> disks = Power.disks(folder, notes, BROKERS);
    Map<Integer, Path> slow = new TreeMap<>();
    disks.keySet().forEach(id -> slow.put(id, notes.resolve("slow-" + id)));
    BrokerNetwork network = BrokerNetwork.canBeMade() ? BrokerNetwork.of(BROKERS) : null;
    BrokerHarms.Hosts hosts =
        new BrokerHarms.Hosts(disks, smallDisks(folder.broker()), slow, network);
    LogAuthority authority = new LogAuthority(state.resolve("log-authority"));
    try {
      return started(
          new World(
              state,
              profile,
              replicas,
              all ->
                  more.apply(
                      onHosts(
                          slow(Power.watched(all.brokers(BROKERS), disks), slow),
                          network,
                          authority)),
              hosts));
    } catch (Exception e) {
      hosts.close();
      throw e;
    }
  }

  /** For the folder of each broker, where this machine lets us. */
  private static Map<Integer, SmallDisk> smallDisks(Path folder) throws IOException {
    Map<Integer, SmallDisk> disks = new TreeMap<>();
    if (SmallDisk.canBeMade()) {
      for (int id = 1; id <= BROKERS; id++) {
        disks.put(id, SmallDisk.mounted(Brokers.folder(folder, id), DISK_BYTES));
      }
    }
    return disks;
  }

  private static Processes slow(Processes processes, Map<Integer, Path> controls) {
    BrokerSettings broker = processes.broker();
    return processes.broker(
        broker.withJvmOfNode(
            id -> {
              List<String> options = new ArrayList<>(broker.jvmOfNode().apply(id));
              options.addAll(SlowDisk.jvmOptionsOfWrites(requireNonNull(controls.get(id))));
              return options;
            }));
  }

  private static Processes onHosts(
      Processes processes, @Nullable BrokerNetwork network, LogAuthority authority) {
    if (network == null) {
      return processes;
    }
    List<String> addresses = network.addresses();
    BrokerSettings settings =
        authority.brokers(
            processes.broker(), authority.client("postern"), addresses.toArray(String[]::new));
    return processes.brokers(addresses).broker(settings.withEnter(network::enter));
  }

  private static World started(World world) throws Exception {
    try {
      // Ingress is ready without a directory, and is waited for with it.
      for (Service service : List.of(Service.POLICY, Service.CERTIFICATE, Service.DELIVERY)) {
        world.stack.awaitReady(service, READY);
      }
      return world;
    } catch (Exception e) {
      world.close();
      throw e;
    }
  }

  private static Processes processes(Profile profile, int replicas) {
    Map<String, String> delivery =
        Map.ofEntries(
            Map.entry("postern.delivery.host-name", "gate-${replica}.kills.example"),
            Map.entry("postern.delivery.timeout.greeting", "8s"),
            Map.entry("postern.delivery.timeout.handshake", "8s"),
            Map.entry("postern.delivery.timeout.command", "8s"),
            Map.entry("postern.delivery.timeout.data-start", "8s"),
            Map.entry("postern.delivery.timeout.block", seconds(profile.block())),
            Map.entry("postern.delivery.timeout.end", seconds(profile.end())),
            Map.entry("postern.delivery.destination.probe-pause", "1s"),
            Map.entry("postern.delivery.destination.longest-probe-pause", "3s"),
            Map.entry("postern.delivery.destination.longest-hand-back", "5s"));
    Map<String, String> policy =
        Map.of(
            "postern.schedule.intervals", profile.intervals(),
            "postern.schedule.watch", seconds(profile.watch()));
    return Processes.of(Size.SMALL)
        .settings(Service.DELIVERY, delivery)
        .settings(Service.POLICY, policy)
        .replicas(
            Map.of(
                Service.INGRESS, replicas, Service.POLICY, replicas, Service.DELIVERY, replicas));
  }

  private StackOptions options(Processes processes) {
    return new StackOptions(
        home(),
        state,
        FreePorts.next(),
        state.keys().resolve("gate.pem"),
        state.keys().resolve("gate.key"),
        List.of(state.keys().resolve("ca.pem")),
        state.keys(),
        dns.server(),
        strangers.port(),
        true,
        processes);
  }

  private static String seconds(Duration time) {
    return time.toSeconds() + "s";
  }

  /** Where the built services are: property postern.home, else found upwards. */
  private static Path home() {
    String named = System.getProperty("postern.home");
    Path folder = Path.of(named == null ? "" : named).toAbsolutePath();
    while (!Files.exists(folder.resolve("ingress-service"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException("not inside the project; set postern.home");
      }
    }
    return folder;
  }

  /** Who hears what strangers receive. */
  void strangersWitness(PeerWitness witness) {
    strangersWitness = witness;
  }

  /** Mail for the domain goes to the strangers' host. */
  void stranger(String domain) {
    dns.mx(domain, 10, STRANGERS);
  }

  LocalStack stack() {
    return stack;
  }

  /** Of all ingress replicas there are now. */
  List<Integer> smtpPorts() {
    return stack.replicas(Service.INGRESS).stream().map(Replica::smtpPort).toList();
  }

  StateFolder state() {
    return state;
  }

  LabCa ca() {
    return ca;
  }

  LabDns dns() {
    return dns;
  }

  /** Path and address of a revocation list of its own: what is revoked now is in it at once. */
  String freshList() {
    String path = "/revoked" + revoked.incrementAndGet() + ".crl";
    crls.serve(path, ca::crl);
    return "http://127.0.0.1:" + crls.port() + path;
  }

  /** The wall clock of a replica or broker, ahead by so much of what it began with. */
  void setClock(String name, Duration ahead) {
    Clocks all = requireNonNull(clocks);
    all.set(name, ahead);
  }

  /** Whether a broker may be cut off. */
  boolean hasNetwork() {
    return hosts.network() != null;
  }

  /** Whether a broker's disk may be filled. */
  boolean hasSmallDisks() {
    return !hosts.small().isEmpty();
  }

  /** What this machine does not let us do to three brokers, in words. */
  List<String> lacks() {
    List<String> lacks = new ArrayList<>();
    if (!hasNetwork()) {
      lacks.add("network namespaces cannot be made here: no broker is cut off");
    }
    if (!hasSmallDisks()) {
      lacks.add("no file system can be mounted here: no broker's disk is filled");
    }
    return lacks;
  }

  /** What may be done to the brokers. */
  BrokerHarms brokerHarms(SplittableRandom random) {
    return new BrokerHarms(stack.brokers(), client(), hosts, random);
  }

  LogSettings kafka() {
    return stack.kafka();
  }

  /** With which the log is reached. */
  Map<String, String> client() {
    return stack.kafka().client();
  }

  /**
   * Applies the directory file. On a machine with several stacks an answer may come later than its
   * client waits; the same file applied again changes nothing.
   */
  DirectoryClient.Answer apply(String yaml) throws IOException, InterruptedException {
    DirectoryClient directory = new DirectoryClient(stack.api(Service.POLICY));
    long end = System.nanoTime() + READY.toNanos();
    boolean repeated = false;
    while (true) {
      try {
        DirectoryClient.Answer answer = directory.apply(yaml, false);
        // The request that got no answer may be in progress still: the repeated one loses to it.
        if (answer.accepted() || !repeated || System.nanoTime() - end > 0) {
          return answer;
        }
        System.out.println("kills: the directory is applied again: " + answer.problems());
      } catch (IOException late) {
        if (System.nanoTime() - end > 0) {
          throw late;
        }
        repeated = true;
        System.out.println("kills: the directory is applied again: " + late.getMessage());
      }
    }
  }

  @Override
  public void close() throws Exception {
    try {
      stack.close();
    } finally {
      strangers.close();
      dns.close();
      crls.close();
      hosts.close();
    }
  }
}
