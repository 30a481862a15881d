package io.postern.delivery.transaction;

import io.postern.contracts.Reasons;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.NextHop;
import io.postern.delivery.destination.Destinations.Admission;
import io.postern.delivery.destination.Feedback;
import io.postern.delivery.destination.Lane;
import io.postern.delivery.destination.Slot;
import io.postern.delivery.gate.HostDemand;
import io.postern.delivery.gate.HostDemands;
import io.postern.delivery.gate.TlsGate;
import io.postern.delivery.nexthop.HostAddresses;
import io.postern.delivery.nexthop.MailHost;
import io.postern.delivery.nexthop.MailHost.Choice;
import io.postern.delivery.nexthop.NextHops;
import io.postern.delivery.nexthop.Resolution;
import io.postern.delivery.position.Ownership;
import io.postern.delivery.transaction.SessionUse.Step;
import io.postern.transport.SourceAddressException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The walk through a delivery's hosts (RFC 5321 §5.1), until one passes the gate and has decided
 * about the recipients. For a host that the gate refuses: QUIT before MAIL FROM, then the next one.
 * Plaintext after failed handshakes only when no host was left over TLS; none at all after a TLS
 * session has stood with any host (S2).
 *
 * <p>Owner: the delivery's thread, once.
 */
final class HostWalk {
  // As many as a connector may name. More by their MX records are for another attempt, which draws
  // another first one: a hostile zone can leave each look-up unanswered.
  private static final int MOST_HOSTS = 20;

  private final Attempt attempt;
  private final Ownership ownership;
  private final HopTools tools;
  private final HopProtocol protocol;
  private final ClientIdentity identity;
  private @Nullable Credentials credentials; // of the identity; null: none
  private final boolean configured; // an administrator named them, or the hosts whose MX they are
  private final ReportedSessions reported;
  private final List<Failure> failures = new ArrayList<>();
  private final List<MailHost> hosts = new ArrayList<>(); // of all ways so far
  private final Map<SessionKey, String> handshakeFailed = new LinkedHashMap<>();
  private final Map<MailHost, HostAddresses> addresses = new HashMap<>();
  private boolean encrypted; // a TLS session stood with some host
  private boolean reached;
  private boolean through;
  private boolean busy; // it ended at an address without a free slot
  private long waitedNanos;
  private int dialled; // addresses, or tried over a kept session

  HostWalk(Attempt attempt, Ownership ownership, HopTools tools) {
    this.attempt = attempt;
    this.ownership = ownership;
    this.tools = tools;
    this.protocol = attempt.request().getNextHop().getProtocol();
    this.identity = tools.identity().of(attempt.request().getNextHop());
    this.configured = attempt.request().getNextHop().getSmartHostsCount() > 0;
    this.reported = new ReportedSessions(attempt, tools.results());
  }

  /** The walk's lesson about the destination. */
  Feedback feedback() {
    if (through) {
      return Feedback.THROUGH;
    }
    if (failures.stream().anyMatch(Failure::strained)) {
      return Feedback.STRAINED;
    }
    if (reached) {
      return Feedback.REACHED;
    }
    // Behind a busy address there may be a host that answers.
    return !busy && failures.stream().anyMatch(Failure::unreached)
        ? Feedback.FAILED
        : Feedback.NOTHING;
  }

  /** The wait for slots of addresses, which other domains' mail may have had. */
  Duration waited() {
    return Duration.ofNanos(waitedNanos);
  }

  /** The most telling failure, for people; empty: there was none. */
  String lastError() {
    return failures.isEmpty() ? "" : Failure.mostTelling(failures).shown();
  }

  void walk() throws InterruptedException {
    if (!identity.credentials().isEmpty()) {
      try {
        credentials = tools.credentials().read(identity.credentials());
      } catch (CredentialsException e) {
        attempt.deferRest(new Failure(Reasons.CREDENTIALS_MISSING, String.valueOf(e.getMessage())));
        return;
      }
    }
    for (NextHop way : tools.nextHops().ways(attempt.request().getNextHop())) {
      if (hosts.size() < MOST_HOSTS && walk(way)) {
        return;
      }
    }
    failed();
  }

  /** True: all is decided. */
  private boolean walk(NextHop way) throws InterruptedException {
    attempt.clock().begin(Phase.DNS);
    Resolution resolution = tools.nextHops().resolve(way);
    attempt.clock().end();
    return switch (resolution) {
      case Resolution.Unroutable(
              boolean permanent,
              String reason,
              String enhanced,
              String detail) -> {
        if (permanent) {
          attempt.failRest(reason, 550, enhanced, detail, detail);
          yield true;
        }
        failures.add(new Failure(reason, detail));
        yield false;
      }
      case Resolution.Hosts(List<MailHost> found) -> {
        hosts.addAll(found);
        yield walk(found);
      }
    };
  }

  private boolean walk(List<MailHost> hosts) throws InterruptedException {
    int notOurs = -1; // the preference up to which no host is ourselves
    for (MailHost host : hosts) {
      if (!ownership.held()) {
        attempt.giveUp();
        return true;
      }
      attempt.clock().begin(Phase.DNS);
      // RFC 5321 §5.1: a relay that is one of the hosts leaves out its own preference and all that
      // are worse.
      if (host.preference() > notOurs) {
        notOurs = host.preference();
        if (hosts.stream().anyMatch(h -> h.preference() == host.preference() && leadsBack(h))) {
          break;
        }
      }
      HostDemand demand = demand(host);
      List<InetAddress> addresses = demand == null ? List.of() : addresses(host);
      attempt.clock().end();
      if (demand == null) {
        continue;
      }
      Deque<SessionKey> untried = new ArrayDeque<>();
      for (InetAddress address : addresses) {
        Target target = new Target(host.name(), new InetSocketAddress(address, host.port()));
        untried.add(new SessionKey(target, protocol, identity, attempt.requirement(), demand));
      }
      while (!untried.isEmpty() && dialled < tools.maxAddresses()) {
        dialled++;
        SessionKey key = untried.remove();
        if (inTurn(key, turn -> visit(key, turn, untried)) != Step.NEXT_HOST) {
          return true;
        }
      }
    }
    attempt.clock().end();
    return false;
  }

  /** No host has taken it over TLS, or in plaintext without having offered TLS. */
  private void failed() throws InterruptedException {
    if (!encrypted) {
      for (Map.Entry<SessionKey, String> failed : handshakeFailed.entrySet()) {
        SessionKey key = failed.getKey();
        if (TlsGate.plaintextAllowed(key.requirement(), key.demand())
            && inTurn(key, turn -> open(key, null, failed.getValue())) != Step.NEXT_HOST) {
          return;
        }
      }
    }
    if (!configured
        && failures.stream().allMatch(failure -> failure.reason().equals(Reasons.LOOP))) {
      String detail = failures.getFirst().detail();
      attempt.failRest(Reasons.LOOP, 550, "5.4.6", detail, detail);
      return;
    }
    if (dialled == 0 && failures.stream().allMatch(HostWalk::withoutUsableAddress)) {
      noAddress();
      return;
    }
    attempt.deferRest(Failure.mostTelling(failures));
  }

  private boolean leadsBack(MailHost host) {
    boolean ours = tools.nextHops().leadsBack(host, this::lookedUp);
    if (ours) {
      failures.add(
          new Failure(
              Reasons.LOOP,
              "the mail would return to this installation: the host "
                  + host.name()
                  + " has an address of this installation (see postern.delivery.own-addresses)"));
    }
    return ours;
  }

  /** The addresses that are dialled are those of which none was found to be ours. */
  private HostAddresses lookedUp(MailHost host) {
    return addresses.computeIfAbsent(host, tools.nextHops()::addresses);
  }

  private interface Visit {
    Step run(Turn turn) throws InterruptedException;
  }

  /** The right to have a session with an address. */
  private final class Turn {
    private final SessionKey key;
    private @Nullable Slot slot; // null: not begun, over, or of a host that needs none
    private boolean begun;

    Turn(SessionKey key) {
      this.key = key;
    }

    Turn(SessionKey key, Slot slot) {
      this.key = key;
      this.slot = slot;
      begun = true;
    }

    /** Where that needs no wait; once it is begun it stays so. */
    boolean begin() {
      if (!begun && !configured) {
        slot =
            tools
                .hosts()
                .tryAcquire(
                    Lane.of(key.target().place(), attempt.request().getOrganization()),
                    attempt.task().notice(),
                    ownership);
      }
      begun |= configured || slot != null;
      return begun;
    }

    void end(Feedback learnt) {
      Slot ended = slot;
      slot = null;
      if (ended != null) {
        tools.hosts().release(ended, learnt, "");
      }
    }
  }

  /**
   * With a slot of the address, where a recipient's domain chose it: a host that hangs does so for
   * all domains that name it. Without one the walk ends here, since a host must not be passed over
   * for one that is less preferred (RFC 5321 §5.1).
   */
  private Step inTurn(SessionKey key, Visit visit) throws InterruptedException {
    if (configured) {
      return visit.run(new Turn(key));
    }
    Target target = key.target();
    long since = System.nanoTime();
    attempt.clock().begin(Phase.HOST_SLOT);
    Admission admission =
        tools
            .hosts()
            .acquire(
                Lane.of(target.place(), attempt.request().getOrganization()),
                attempt.task().notice(),
                ownership);
    attempt.clock().end();
    waitedNanos += System.nanoTime() - since;
    return switch (admission) {
      case Admission.Loss loss -> givenUp();
      case Admission.HandBack(Duration stayAway, String detail) -> {
        busy = true;
        if (failures.isEmpty()) {
          attempt.busy(stayAway, target.shown() + ": " + detail);
        } else {
          attempt.deferRest(Failure.mostTelling(failures));
        }
        yield Step.DONE;
      }
      case Admission.Grant(Slot slot) -> inTurn(new Turn(key, slot), visit);
    };
  }

  private Step inTurn(Turn turn, Visit visit) throws InterruptedException {
    Feedback learnt = Feedback.NOTHING;
    try {
      Step step = visit.run(turn);
      // A host that cannot be reached keeps its slots: its domains have other hosts.
      learnt = through ? Feedback.THROUGH : Feedback.REACHED;
      return step;
    } finally {
      turn.end(learnt);
    }
  }

  /** Null: the host must not be used now, with the failure that says why. */
  private @Nullable HostDemand demand(MailHost host) {
    return switch (tools.demands().of(attempt.requirement(), host)) {
      case HostDemands.Answer.Demand(HostDemand demand) -> demand;
      case HostDemands.Answer.Unusable unusable -> {
        reported.unusable(host, unusable);
        failures.add(new Failure(unusable.reason(), unusable.detail()));
        yield null;
      }
    };
  }

  /** Those that may be dialled; none: with the failure that says why. */
  private List<InetAddress> addresses(MailHost host) {
    HostAddresses addresses = lookedUp(host);
    List<InetAddress> usable =
        addresses.known().stream().filter(a -> tools.nextHops().mayDial(host, a)).toList();
    if (usable.isEmpty()) {
      failures.add(withoutAddress(host, addresses));
      return usable;
    }
    List<InetAddress> reached = usable.stream().filter(identity::reaches).toList();
    if (reached.isEmpty()) {
      failures.add(
          new Failure(
              Reasons.SOURCE_ADDRESS_UNAVAILABLE,
              "the host "
                  + host.name()
                  + " has no address of the family of the source address "
                  + identity.sourceAddresses().getFirst().getHostAddress()
                  + ": add one of the other family"));
    }
    return reached;
  }

  private static Failure withoutAddress(MailHost host, HostAddresses addresses) {
    if (addresses.failure() != null) { // an address that is not known for now may be usable
      String reason = addresses.failure().bogus() ? Reasons.DNSSEC_INVALID : Reasons.DNS_FAILURE;
      return new Failure(reason, addresses.failure().detail());
    }
    if (addresses.known().isEmpty()) {
      String detail = "the host " + host.name() + " has no address";
      return new Failure(Reasons.NO_MAIL_HOST, detail);
    }
    if (host.chosenBy() == Choice.ADMINISTRATOR) {
      return new Failure(
          Reasons.NEXT_HOP_NOT_APPROVED,
          "the next hop "
              + host.name()
              + " has no public address: "
              + NextHops.CURE); // no administrator learns of the inner network by a name
    }
    String detail =
        "the host "
            + host.name()
            + " has no public address (see postern.delivery.allow-private-targets"
            + (host.chosenBy() == Choice.SMART_HOST_MX
                ? "; it is a mail host of the smart host "
                    + host.domain()
                    + ": name it itself as a smart host)"
                : ")");
    return new Failure(Reasons.PRIVATE_ADDRESS, detail);
  }

  private static boolean withoutUsableAddress(Failure failure) {
    return failure.reason().equals(Reasons.NO_MAIL_HOST)
        || failure.reason().equals(Reasons.PRIVATE_ADDRESS);
  }

  // A smart host that is not in the DNS is our administrator's mistake and keeps the mail; mail
  // hosts that are not, or stand at private addresses, are the recipient's and fail it.
  private void noAddress() {
    Failure telling = Failure.mostTelling(failures);
    boolean inside = telling.reason().equals(Reasons.PRIVATE_ADDRESS);
    String said =
        (inside ? "no host has a public address: " : "no host has an address: ")
            + String.join(", ", hosts.stream().map(MailHost::name).toList());
    String detail = inside ? telling.detail() : said;
    if (configured) {
      attempt.deferRest(new Failure(Reasons.DNS_FAILURE, detail));
    } else {
      attempt.failRest(telling.reason(), 550, "5.4.4", said, detail);
    }
  }

  /**
   * @param untried addresses of the host behind this one, of which a {@link ConnectRace} may take
   *     one of the other family; this one comes back to them where that one's session stood first
   *     and did not do
   */
  private Step visit(SessionKey key, Turn turn, Deque<SessionKey> untried)
      throws InterruptedException {
    if (useKept(key) == Step.DONE) {
      return Step.DONE;
    }
    SessionKey other = ofOtherFamily(key, untried);
    if (other == null) {
      return open(key, null, null);
    }
    return inTurn(new Turn(other), second -> race(turn, second, untried));
  }

  private static @Nullable SessionKey ofOtherFamily(SessionKey key, Deque<SessionKey> untried) {
    Class<?> family = key.target().address().getAddress().getClass();
    return untried.stream()
        .filter(other -> other.target().address().getAddress().getClass() != family)
        .findFirst()
        .orElse(null);
  }

  private Step race(Turn first, Turn second, Deque<SessionKey> untried)
      throws InterruptedException {
    // Kept since the first address did not answer: it need not be waited for again.
    if (tools.connections().has(second.key, most())
        && second.begin()
        && useKept(second.key) == Step.DONE) {
      return Step.DONE;
    }
    if (!ownership.held()) {
      return givenUp();
    }
    attempt.clock().begin(Phase.OPEN);
    ConnectRace.Result result =
        new ConnectRace(tools.opener()::connecting, ConnectRace.ATTEMPT_DELAY)
            .run(first.key, second.key, second::begin);
    attempt.clock().end();
    dialled += second.begun ? 1 : 0;
    for (Connecting.Failed failed : result.failures()) {
      if (failed.key() == second.key) {
        untried.remove(second.key);
      }
      failures.add(failure(failed.key(), failed.why()));
    }
    Connecting.Connected winner = result.winner();
    if (winner == null) {
      return ownership.held() ? Step.NEXT_HOST : givenUp();
    }
    if (winner.key() == first.key) {
      second.end(Feedback.NOTHING);
      return open(first.key, winner, null);
    }
    first.end(Feedback.REACHED); // as of any host that cannot be reached
    untried.remove(second.key);
    if (result.failures().isEmpty()) {
      untried.addFirst(first.key);
    }
    return open(second.key, winner, null);
  }

  private Step useKept(SessionKey key) {
    int most = most();
    for (Session kept = tools.connections().take(key, most);
        kept != null;
        kept = tools.connections().take(key, most)) {
      if (use(kept, false) == Step.DONE) {
        return Step.DONE;
      }
    }
    return Step.NEXT_HOST;
  }

  /** Transactions over one connection, by the connector; 0: any number. */
  private int most() {
    return attempt.request().getNextHop().getMaxMessagesPerConnection();
  }

  private Step givenUp() {
    attempt.giveUp();
    return Step.DONE;
  }

  /**
   * @param connected see {@link SessionOpener#open}
   */
  private Step open(
      SessionKey key, Connecting.@Nullable Connected connected, @Nullable String plaintextAfter) {
    Step step = openOnce(key, connected, plaintextAfter);
    while (step == Step.NEW_SESSION) {
      step = openOnce(key, null, plaintextAfter);
    }
    return step;
  }

  private Step openOnce(
      SessionKey key, Connecting.@Nullable Connected connected, @Nullable String plaintextAfter) {
    if (!ownership.held()) {
      if (connected != null) {
        connected.close();
      }
      return givenUp();
    }
    try {
      SessionOpener.Opening opening = opening(key, connected, plaintextAfter);
      return switch (opening) {
        case SessionOpener.Opening.Success(Session session) -> use(session, true);
        case SessionOpener.Opening.NoTls(TlsGate.WhyPlain why, String detail) -> {
          if (!ownership.held()) {
            yield givenUp(); // we ended it ourselves
          }
          reported.withoutTls(key, why, detail);
          handshakeFailed.put(key, detail);
          failures.add(
              new Failure(
                  key.demand().plaintextReason(why), detail, ConnectionReport.dialled(key)));
          yield Step.NEXT_HOST;
        }
      };
    } catch (ClientCertificateException e) {
      attempt.deferRest(
          new Failure(Reasons.CLIENT_CERTIFICATE_MISSING, String.valueOf(e.getMessage())));
      return Step.DONE;
    } catch (SourceAddressException | DialogueException e) {
      if (!ownership.held()) {
        return givenUp(); // we ended it ourselves, which proves nothing about the host
      }
      failures.add(failure(key, e));
      return Step.NEXT_HOST;
    }
  }

  private SessionOpener.Opening opening(
      SessionKey key, Connecting.@Nullable Connected connected, @Nullable String plaintextAfter)
      throws ClientCertificateException, SourceAddressException, DialogueException {
    attempt.clock().begin(Phase.OPEN);
    try {
      return tools.opener().open(key, connected, plaintextAfter, ownership, () -> encrypted = true);
    } finally {
      attempt.clock().end();
    }
  }

  private static Failure failure(SessionKey key, Exception why) {
    ConnectionReport dialled = ConnectionReport.dialled(key);
    return why instanceof DialogueException ended
        ? new Failure(ended, dialled)
        : new Failure(
            Reasons.SOURCE_ADDRESS_UNAVAILABLE, String.valueOf(why.getMessage()), dialled);
  }

  /**
   * @param fresh it was opened for this delivery
   */
  private Step use(Session session, boolean fresh) {
    SessionUse use = new SessionUse(attempt, ownership, tools, session, credentials);
    Step step =
        switch (session.channel()) {
          case TlsGate.Channel.Tls tls -> {
            encrypted = true; // a kept one too
            yield use.run();
          }
          case TlsGate.Channel.Plaintext(TlsGate.WhyPlain why) ->
              encrypted ? use.leave(tlsStoodBefore(session, why)) : use.run();
        };
    if (fresh) {
      reported.opened(session, use.judgement());
    }
    through = !use.broken() && (through || use.through());
    Failure failure = use.failure();
    // A kept session may have ended meanwhile, which proves nothing about the host.
    if (fresh || step != Step.NEXT_HOST) {
      reached |= use.reached();
      if (failure != null) {
        failures.add(failure);
      }
    }
    return step;
  }

  // A domain with which TLS stands has it: an attacker who breaks that session, and TLS with the
  // next host or its offer, must not get the message in plaintext (S2).
  private static Failure tlsStoodBefore(Session session, TlsGate.WhyPlain why) {
    return new Failure(
        why.reason(),
        why.detail()
            + "; nothing is sent in plaintext, because a TLS session was established in "
            + "this attempt",
        ConnectionReport.dialled(session.key));
  }
}
