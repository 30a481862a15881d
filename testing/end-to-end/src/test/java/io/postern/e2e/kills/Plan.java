package io.postern.e2e.kills;

import io.postern.lab.PeerManner;
import io.postern.stack.Replica;
import io.postern.stack.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What a run does, all of it from its seed: each message, each fault of the peers, each kill. The
 * same seed is the same plan; what meets what is up to the machine.
 */
final class Plan {
  /** Messages in a row that one client sends, over one session where it holds. */
  static final int BLOCK = 20;

  private static final List<String> POLICY_AND_DELIVERY =
      List.of(
          Replica.name(Service.POLICY, 1),
          Replica.name(Service.POLICY, 2),
          Replica.name(Service.DELIVERY, 1),
          Replica.name(Service.DELIVERY, 2));
  private static final int MAX_RECIPIENTS = 5;

  /** Three brokers, each on a host of its own. */
  private static final int NETWORK = 4;

  private static final Duration BEYOND_SESSION = Duration.ofSeconds(10);

  /** Of each service, at most. */
  private static final int REPLICAS = 4;

  /** Before the first replica comes. */
  private static final int CLIENTS_WARM = 100;

  /** From a change to the next one. */
  private static final Duration BETWEEN = Duration.ofSeconds(5);

  /** Between two messages of a client. */
  private static final Duration SLOW_PACE = Duration.ofMillis(1_200);

  /** What else a plan has. */
  private enum Extra {
    NONE,
    GROWTH,
    CLOCKS,
    REPLICAS
  }

  /**
   * What else happens to three brokers.
   *
   * @param full whether every second disk is filled, or all are slow
   * @param rejoins brokers that are killed as a member comes back into its group
   */
  private record Apart(int disks, boolean full, int rejoins) {
    private static final Apart NONE = new Apart(0, false, 0);
  }

  private final long seed;
  private final int messages;
  private final int kills;
  private final int powerCuts;
  private final int consoleKills;
  private final int brokers;
  private final Apart apart;
  private final Extra extra;
  private final Profile profile;
  private final List<Message> given;

  Plan(long seed, int messages, int kills, Profile profile) {
    this(seed, messages, kills, 0, 0, 1, Apart.NONE, Extra.NONE, profile, List.of());
  }

  private Plan(
      long seed,
      int messages,
      int kills,
      int powerCuts,
      int consoleKills,
      int brokers,
      Apart apart,
      Extra extra,
      Profile profile,
      List<Message> given) {
    this.seed = seed;
    this.messages = messages;
    this.kills = kills;
    this.powerCuts = powerCuts;
    this.consoleKills = consoleKills;
    this.brokers = brokers;
    this.apart = apart;
    this.extra = extra;
    this.profile = profile;
    this.given = given;
  }

  /** Power cuts, and nobody is killed alone. */
  static Plan withPowerCuts(long seed, int messages, int cuts, Profile profile) {
    return new Plan(seed, messages, 0, cuts, 0, 1, Apart.NONE, Extra.NONE, profile, List.of());
  }

  /**
   * Half of what happens, happens to one of three brokers, and some of it to more at a time.
   *
   * @param network whether a broker may be cut off
   */
  static Plan withThreeBrokers(
      long seed, int messages, int kills, boolean network, Profile profile) {
    return new Plan(
        seed,
        messages,
        kills,
        0,
        0,
        network ? NETWORK : 3,
        Apart.NONE,
        Extra.NONE,
        profile,
        List.of());
  }

  /** The same, and the two replicas of the console are killed in turn, so many times. */
  Plan withConsoleKills(int consoles) {
    return new Plan(
        seed, messages, kills, powerCuts, consoles, brokers, apart, extra, profile, given);
  }

  /**
   * The same, and so many times the disk of one of three brokers is slow or full.
   *
   * @param full whether it may be filled
   */
  Plan withDiskFaults(int faults, boolean full) {
    return with(new Apart(faults, full, apart.rejoins()));
  }

  /** The same, and so many times a broker is killed as a member comes back into its group. */
  Plan withRejoins(int rejoins) {
    return with(new Apart(apart.disks(), apart.full(), rejoins));
  }

  private Plan with(Apart more) {
    return new Plan(
        seed, messages, kills, powerCuts, consoleKills, brokers, more, extra, profile, given);
  }

  /** One event: the log grows, at a fifth of the load. */
  static Plan withGrowth(long seed, int messages, Profile profile) {
    return new Plan(seed, messages, 0, 0, 0, 1, Apart.NONE, Extra.GROWTH, profile, List.of());
  }

  /**
   * Each service gets a second, third and fourth replica and loses them again, one change after the
   * other, with some seconds between them; the load is slow, and ends with the last change.
   */
  static Plan withReplicas(long seed, int messages, Profile profile) {
    return new Plan(seed, messages, 0, 0, 0, 1, Apart.NONE, Extra.REPLICAS, profile, List.of());
  }

  /** A third of what happens are clocks that are set. */
  Plan withClocks() {
    return new Plan(
        seed,
        messages,
        kills,
        powerCuts,
        consoleKills,
        brokers,
        apart,
        Extra.CLOCKS,
        profile,
        given);
  }

  /** Just these messages, good peers and no kills. */
  static Plan of(List<Message> messages, Profile profile) {
    return new Plan(
        1, messages.size(), 0, 0, 0, 1, Apart.NONE, Extra.NONE, profile, List.copyOf(messages));
  }

  /** Who a block's messages come from. */
  enum Sender {
    /** The organization's server, known by its certificate, to partners and to the mailbox. */
    OWN_SERVER,
    STRANGER_TLS,
    STRANGER_PLAIN
  }

  /** A message. */
  record Message(int seq, Sender sender, int size, List<Destination> recipients) {
    String recipient(int index, String organization) {
      return "s" + seq + "." + index + "@" + recipients.get(index).domain(organization);
    }

    /** Of its own, so that a DSN tells by its recipient what it is about. */
    String reversePath(String organization) {
      return "f" + seq + "@" + senderDomain(sender, organization);
    }
  }

  static String senderDomain(Sender sender, String organization) {
    return sender == Sender.OWN_SERVER
        ? organization + ".example"
        : organization + "-stranger.example";
  }

  /** What happens to whom. */
  enum Harm {
    KILL("killed (-9)", true),
    /** SIGSTOP for some seconds. */
    PAUSE("paused for some seconds", false),
    /** SIGSTOP for longer than a session with the log lasts. */
    LONG_PAUSE("paused for longer than a session with the log", false),
    /** Everything at once, and what was not flushed is gone. */
    POWER_CUT("all without power", true),
    /** Of one broker's machine: what it had not flushed is gone. */
    LOST_POWER("one machine without power, what was not flushed is gone", true),
    /** A broker is killed and comes back with an empty disk. */
    LOST_DISK("back with an empty disk", true),
    /** Until the broker has ended, and for some seconds after that. */
    FULL_DISK("with a full disk", true),
    /** Each write waits for a second. */
    SLOW_DISK("with a slow disk", false),
    /** A broker and the replicas of the services with its number are killed. */
    LOST_ZONE("killed with the services of its zone", true),
    /** From the other brokers, both ways. */
    CUT_OFF("cut off from the other brokers", false),
    /** What the other brokers send it is lost, and what it sends arrives. */
    DEAF("cut off from the other brokers in one direction", false),
    /** Both ways. */
    NO_SERVICES("cut off from the services", false),
    CLOCK_AHEAD("with a clock ten minutes ahead for a while", false),
    CLOCK_BACK("with a clock set back by ten minutes for a while", false),
    /**
     * A replica is paused for longer than a session with the log; when it goes on and its group
     * shares the partitions out anew, a broker is killed.
     */
    REJOIN("killed as a replica came back that its group had given up", false),
    /** Every partition of the mail topics gets another leader. */
    MOVED_LEADERS("leaders moved", false),
    /** Every process is stopped in order and started again, one after the other. */
    RENEWED("everything renewed, one after the other", false),
    /** Policy and delivery are stopped in order, the log grows, they are started. */
    GROWTH("policy and delivery stopped, the log grown", false),
    /** Has begun to work when it ends. */
    ADDED("one replica more", false),
    /** Ended in order. */
    REMOVED("one replica less", false);

    private final String words;
    private final boolean ends;

    Harm(String words, boolean ends) {
      this.words = words;
      this.ends = ends;
    }

    String words() {
      return words;
    }

    /** Whether processes are asked to end. */
    boolean inOrder() {
      return this == RENEWED || this == GROWTH || scales();
    }

    /** Whether replicas come or go. */
    boolean scales() {
      return this == ADDED || this == REMOVED;
    }

    /** Whether a process stands still. */
    boolean pauses() {
      return this == PAUSE || this == LONG_PAUSE || this == REJOIN;
    }

    /** By how much the wall clock is set for the time, negative: back. */
    Duration clock() {
      return switch (this) {
        case CLOCK_AHEAD -> Duration.ofMinutes(10);
        case CLOCK_BACK -> Duration.ofMinutes(-10);
        default -> Duration.ZERO;
      };
    }

    /** Whether packets are lost. */
    boolean cuts() {
      return this == CUT_OFF || this == DEAF || this == NO_SERVICES;
    }

    /** Whether a process ends without notice. */
    boolean ends() {
      return ends;
    }

    /** Two of them at a time take more copies of a record than an acknowledgement promises. */
    boolean takesData() {
      return this == LOST_POWER || this == LOST_DISK;
    }
  }

  /**
   * Something that happens.
   *
   * @param atMessage when so many messages were begun
   * @param victims names of replicas and brokers; empty: all of them
   * @param lasts until they are started or continued; before a replica comes or goes
   */
  record Event(int atMessage, List<String> victims, Harm harm, Duration lasts) {
    Event(int atMessage, String victim, Harm harm, Duration lasts) {
      this(atMessage, List.of(victim), harm, lasts);
    }
  }

  long seed() {
    return seed;
  }

  int messages() {
    return messages;
  }

  int blocks() {
    return (messages + BLOCK - 1) / BLOCK;
  }

  private SplittableRandom random(long stream, long number) {
    return new SplittableRandom(seed * 1_000_003 + stream * 0x9e3779b97f4a7c15L + number * 7_919);
  }

  Message message(int seq) {
    if (!given.isEmpty()) {
      return given.get(seq);
    }
    Sender sender = sender(seq / BLOCK);
    SplittableRandom random = random(1, seq);
    int size = size(random);
    int count = random.nextInt(100) < 60 ? 1 : 1 + random.nextInt(MAX_RECIPIENTS);
    List<Destination> recipients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      recipients.add(destination(sender, random));
    }
    return new Message(seq, sender, size, recipients);
  }

  private Sender sender(int block) {
    int one = random(2, block).nextInt(100);
    return one < 70 ? Sender.OWN_SERVER : one < 85 ? Sender.STRANGER_TLS : Sender.STRANGER_PLAIN;
  }

  private Destination destination(Sender sender, SplittableRandom random) {
    if (sender != Sender.OWN_SERVER || random.nextInt(100) < 10) {
      return Destination.ALL.get(Destination.MAILBOX);
    }
    if (random.nextDouble() < Math.min(0.02, 600.0 / messages)) {
      return Destination.FORBIDDEN.get(random.nextInt(Destination.FORBIDDEN.size()));
    }
    return Destination.OPEN.get(random.nextInt(Destination.OPEN.size()));
  }

  /** 1 KB to 5 MB, most of them small; the same number of large ones in every run. */
  private int size(SplittableRandom random) {
    double one = random.nextDouble();
    double large = Math.max(0.0005, 10.0 / messages);
    if (one < large) {
      return between(1 << 20, 5 << 20, random);
    }
    if (one < 0.004 + large) {
      return between(256 << 10, 1 << 20, random);
    }
    return one < 0.03 + large
        ? between(16 << 10, 256 << 10, random)
        : between(1 << 10, 16 << 10, random);
  }

  private static int between(int from, int to, SplittableRandom random) {
    return (int) (from * Math.pow((double) to / from, random.nextDouble()));
  }

  /** In their order; the first after a tenth of the load, the last before its end. */
  List<Event> events() {
    List<Event> events = new ArrayList<>();
    SplittableRandom random = random(3, 0);
    double first = 0.08 * messages;
    double step = 0.87 * messages / Math.max(1, kills);
    for (int i = 0; i < kills; i++) {
      int at = (int) (first + step * (i + random.nextDouble() * 0.8));
      events.add(event(at, random));
    }
    double between = 0.85 * messages / Math.max(1, powerCuts);
    for (int i = 0; i < powerCuts; i++) {
      int at = (int) (0.1 * messages + between * (i + random.nextDouble()));
      events.add(new Event(at, List.of(), Harm.POWER_CUT, Duration.ZERO));
    }
    if (extra == Extra.GROWTH) {
      events.add(new Event(messages / 5, POLICY_AND_DELIVERY, Harm.GROWTH, Duration.ZERO));
    }
    if (extra == Extra.REPLICAS) {
      scaling(events);
    }
    diskFaults(events);
    rejoins(events);
    consoleKills(events);
    return events;
  }

  private void scaling(List<Event> events) {
    for (Service service : Service.values()) {
      for (int number = 2; number <= REPLICAS; number++) {
        events.add(new Event(CLIENTS_WARM, Replica.name(service, number), Harm.ADDED, BETWEEN));
      }
      for (int number = REPLICAS; number >= 2; number--) {
        events.add(new Event(CLIENTS_WARM, Replica.name(service, number), Harm.REMOVED, BETWEEN));
      }
    }
  }

  /** Drawn apart, as the kills of the console. */
  private void diskFaults(List<Event> events) {
    SplittableRandom random = random(7, 0);
    double between = 0.85 * messages / Math.max(1, apart.disks());
    for (int i = 0; i < apart.disks(); i++) {
      int at = (int) (0.08 * messages + between * (i + random.nextDouble() * 0.8));
      String victim =
          random.nextInt(4) == 0
              ? Disruptions.CONTROLLER
              : Disruptions.broker(1 + random.nextInt(3));
      events.add(
          apart.full() && i % 2 == 0
              ? new Event(at, victim, Harm.FULL_DISK, Duration.ofMillis(random.nextInt(4_000)))
              : new Event(
                  at, victim, Harm.SLOW_DISK, BEYOND_SESSION.plusMillis(random.nextInt(6_000))));
    }
  }

  /** Drawn apart, as the kills of the console. */
  private void rejoins(List<Event> events) {
    SplittableRandom random = random(8, 0);
    double between = 0.85 * messages / Math.max(1, apart.rejoins());
    for (int i = 0; i < apart.rejoins(); i++) {
      int at = (int) (0.08 * messages + between * (i + random.nextDouble() * 0.8));
      String replica = POLICY_AND_DELIVERY.get(random.nextInt(POLICY_AND_DELIVERY.size()));
      String broker = Disruptions.broker(1 + random.nextInt(3));
      Duration lasts = BEYOND_SESSION.plusMillis(1_500 + random.nextInt(5_000));
      events.add(new Event(at, List.of(replica, broker), Harm.REJOIN, lasts));
    }
  }

  /** Drawn apart, so that what else happens is the same with and without a console. */
  private void consoleKills(List<Event> events) {
    SplittableRandom random = random(6, 0);
    double between = 0.9 * messages / Math.max(1, consoleKills);
    for (int i = 0; i < consoleKills; i++) {
      int at = (int) (0.05 * messages + between * (i + random.nextDouble()));
      Duration lasts = Duration.ofMillis(200 + random.nextInt(2_000));
      events.add(new Event(at, Replica.name(Service.CONSOLE, 1 + i % 2), Harm.KILL, lasts));
    }
    events.sort(Comparator.comparingInt(Event::atMessage));
  }

  /** What the power cuts draw from. */
  SplittableRandom powerCutRandom() {
    return random(5, 0);
  }

  private Event event(int at, SplittableRandom random) {
    int who = random.nextInt(100);
    int how = random.nextInt(100);
    int replica = 1 + random.nextInt(2);
    Harm harm = how < 60 ? Harm.KILL : how < 80 ? Harm.PAUSE : Harm.LONG_PAUSE;
    Duration shortly = Duration.ofMillis(200 + random.nextInt(4_000));
    Duration lasts =
        harm == Harm.LONG_PAUSE
            ? BEYOND_SESSION.plusMillis(1_500 + random.nextInt(5_000))
            : shortly;
    if (extra == Extra.CLOCKS && random.nextInt(3) == 0) {
      harm = random.nextBoolean() ? Harm.CLOCK_AHEAD : Harm.CLOCK_BACK;
      lasts = BEYOND_SESSION.plusMillis(random.nextInt(20_000));
    }
    if (brokers >= 3 && random.nextBoolean()) {
      return ofThreeBrokers(at, harm, lasts, random);
    }
    if (who < 12) {
      return new Event(at, Disruptions.broker(1), harm, lasts);
    }
    if (who < 18) {
      return new Event(at, Replica.name(Service.CERTIFICATE, 1), harm, lasts);
    }
    Service service = who < 38 ? Service.INGRESS : who < 62 ? Service.POLICY : Service.DELIVERY;
    return new Event(at, Replica.name(service, replica), harm, lasts);
  }

  private Event ofThreeBrokers(int at, Harm harm, Duration lasts, SplittableRandom random) {
    int one = 1 + random.nextInt(3);
    int other = 1 + (one + random.nextInt(2)) % 3;
    String victim = random.nextInt(4) == 0 ? Disruptions.CONTROLLER : Disruptions.broker(one);
    int what = random.nextInt(100);
    if (what < 20 && brokers == NETWORK) {
      Harm cut = what < 8 ? Harm.CUT_OFF : what < 14 ? Harm.DEAF : Harm.NO_SERVICES;
      return new Event(at, victim, cut, BEYOND_SESSION.plusMillis(random.nextInt(6_000)));
    }
    if (what < 40) {
      return new Event(at, victim, harm, lasts);
    }
    if (what < 52) {
      return new Event(
          at, List.of(Disruptions.broker(one), Disruptions.broker(other)), harm, lasts);
    }
    if (what < 64) {
      return new Event(at, victim, Harm.LOST_POWER, lasts);
    }
    if (what < 74) {
      return new Event(at, victim, Harm.LOST_DISK, lasts);
    }
    if (what < 84) {
      return new Event(at, zone(1 + random.nextInt(2)), Harm.LOST_ZONE, lasts);
    }
    return what < 95
        ? new Event(at, Disruptions.LEADERS, Harm.MOVED_LEADERS, Duration.ZERO)
        : new Event(at, List.of(), Harm.RENEWED, Duration.ZERO);
  }

  private static List<String> zone(int number) {
    return List.of(
        Disruptions.broker(number),
        Replica.name(Service.INGRESS, number),
        Replica.name(Service.POLICY, number),
        Replica.name(Service.DELIVERY, number));
  }

  /** What each client waits for before a message. */
  Duration pace() {
    return extra == Extra.REPLICAS ? SLOW_PACE : Duration.ZERO;
  }

  /** Whether the load goes on until everything has happened, and ends then. */
  boolean lastsAsItsEvents() {
    return extra == Extra.REPLICAS;
  }

  /** What a peer does. */
  PeerManner manner(Destination destination) {
    return given.isEmpty()
        ? new Faults(random(4, destination.number()).nextLong(), destination, profile)
        : PeerManner.GOOD;
  }
}
