package io.postern.delivery.transaction;

import io.postern.contracts.Reasons;
import io.postern.contracts.v1.HopProtocol;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.delivery.destination.Destinations.Admission;
import io.postern.delivery.destination.Feedback;
import io.postern.delivery.destination.Slot;
import io.postern.delivery.gate.Judge.Judgement;
import io.postern.delivery.gate.TlsGate;
import io.postern.delivery.nexthop.HostAddresses;
import io.postern.delivery.nexthop.MailHost;
import io.postern.delivery.nexthop.Resolution;
import io.postern.delivery.position.Ownership;
import io.postern.log.content.ContentException;
import io.postern.log.content.ContentStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Goes through a delivery's hosts (RFC 5321 §5.1) until one passes the gate and has decided about
 * the recipients. For a host that the gate refuses: QUIT before MAIL FROM, then the next one.
 * Plaintext after failed handshakes only when no host was left over TLS; none at all after a TLS
 * session has stood with any host (S2).
 *
 * <p>Owner: the delivery's thread, once.
 */
final class HostWalk {
  private static final int MAX_RECIPIENTS =
      100; // RFC 5321 §4.5.3.1.8: what every host takes at once
  private static final System.Logger LOG = System.getLogger(HostWalk.class.getName());

  private enum Step {
    DONE,
    AGAIN,
    NEXT_HOST,
    ABANDONED
  }

  private final Attempt attempt;
  private final Ownership ownership;
  private final HopTools tools;
  private final HopProtocol protocol;
  private final boolean configured; // its hosts are an administrator's choice
  private final List<Failure> failures = new ArrayList<>();
  private final Map<Target, String> handshakeFailed = new LinkedHashMap<>();
  private boolean encrypted; // a TLS session stood with some host
  private boolean abandoned;
  private boolean reached;
  private boolean through;
  private boolean busy; // it ended at an address without a free slot
  private long waitedNanos;

  HostWalk(Attempt attempt, Ownership ownership, HopTools tools) {
    this.attempt = attempt;
    this.ownership = ownership;
    this.tools = tools;
    this.protocol = attempt.request().getNextHop().getProtocol();
    this.configured = attempt.request().getNextHop().getSmartHostsCount() > 0;
  }

  /** Ownership was lost before anything was sent. */
  boolean abandoned() {
    return abandoned;
  }

  /** What the walk learnt about the destination. */
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

  /** For slots of addresses, which other domains' mail may have had. */
  Duration waited() {
    return Duration.ofNanos(waitedNanos);
  }

  /** What went wrong last with the destination, for people; empty: nothing. */
  String lastError() {
    return failures.isEmpty() ? "" : Failure.mostTelling(failures).shown();
  }

  void walk() throws InterruptedException {
    switch (tools.nextHops().resolve(attempt.request().getNextHop())) {
      case Resolution.Unroutable(
              boolean permanent,
              String reason,
              String enhanced,
              String detail) -> {
        Failure failure = new Failure(reason, null, null, detail, Seen.NOTHING);
        if (!permanent) {
          failures.add(failure);
          attempt.deferRest(failure);
          return;
        }
        attempt.refusedToken(reason);
        attempt.settleRest(OutcomeKind.FAILED, reason, Attempt.own(550, enhanced, detail), detail);
      }
      case Resolution.Hosts(List<MailHost> hosts) -> walk(hosts);
    }
  }

  private void walk(List<MailHost> hosts) throws InterruptedException {
    int tried = 0;
    for (MailHost host : hosts) {
      if (!ownership.held()) {
        giveUp();
        return;
      }
      for (InetAddress address : addresses(host)) {
        if (tried == tools.maxAddresses()) {
          break;
        }
        tried++;
        Target target = new Target(host.name(), new InetSocketAddress(address, host.port()));
        if (inTurn(target, () -> visit(target)) != Step.NEXT_HOST) {
          return;
        }
      }
    }
    if (TlsGate.plaintextAllowed(attempt.requirement()) && !encrypted) {
      for (Map.Entry<Target, String> failed : handshakeFailed.entrySet()) {
        Target target = failed.getKey();
        if (inTurn(target, () -> open(target, null, failed.getValue())) != Step.NEXT_HOST) {
          return;
        }
      }
    }
    if (tried == 0 && failures.stream().allMatch(HostWalk::withoutUsableAddress)) {
      noAddress(hosts);
      return;
    }
    attempt.deferRest(Failure.mostTelling(failures));
  }

  /**
   * With a slot of the address, where a recipient's domain chose it: a host that hangs does so for
   * all domains that name it. Without one the walk ends here, since a host must not be passed over
   * for one that is less preferred (RFC 5321 §5.1).
   */
  private Step inTurn(Target target, Supplier<Step> visit) throws InterruptedException {
    if (configured) {
      return visit.get();
    }
    boolean notice = attempt.request().getEnvelope().getReversePath().isEmpty();
    long since = System.nanoTime();
    Admission admission = tools.hosts().acquire(target.place(), notice, ownership);
    waitedNanos += System.nanoTime() - since;
    switch (admission) {
      case Admission.Lost lost -> {
        return givenUp();
      }
      case Admission.Busy(Duration stayAway, String detail) -> {
        busy = true;
        if (failures.isEmpty()) {
          attempt.handBack(
              Reasons.DESTINATION_BUSY,
              target.shown() + ": " + detail,
              System.currentTimeMillis() + stayAway.toMillis());
        } else {
          attempt.deferRest(Failure.mostTelling(failures));
        }
        return Step.DONE;
      }
      case Admission.Granted(Slot slot) -> {
        Feedback learnt = Feedback.NOTHING;
        try {
          Step step = visit.get();
          // A host that cannot be reached keeps its slots: its domains have other hosts.
          learnt = through ? Feedback.THROUGH : Feedback.REACHED;
          return step;
        } finally {
          tools.hosts().release(slot, learnt, "");
        }
      }
    }
  }

  /** Those that may be dialled; none: with the failure that says why. */
  private List<InetAddress> addresses(MailHost host) {
    HostAddresses addresses = tools.nextHops().addresses(host);
    List<InetAddress> usable =
        addresses.known().stream().filter(a -> tools.nextHops().mayDial(host, a)).toList();
    if (usable.isEmpty()) {
      failures.add(withoutAddress(host, addresses));
    }
    return usable;
  }

  private static Failure withoutAddress(MailHost host, HostAddresses addresses) {
    if (addresses.failure() != null) { // what is not known for now may be usable
      String detail = String.valueOf(addresses.failure().getMessage());
      return new Failure(Reasons.DNS_FAILURE, null, null, detail, Seen.NOTHING);
    }
    if (addresses.known().isEmpty()) {
      String detail = "the host " + host.name() + " has no address";
      return new Failure(Reasons.NO_MAIL_HOST, null, null, detail, Seen.NOTHING);
    }
    String detail =
        "the address "
            + addresses.known().getFirst().getHostAddress()
            + " of the host "
            + host.name()
            + " is not public (see postern.delivery.allow-private-targets)";
    return new Failure(Reasons.PRIVATE_ADDRESS, null, null, detail, Seen.NOTHING);
  }

  private static boolean withoutUsableAddress(Failure failure) {
    return failure.reason().equals(Reasons.NO_MAIL_HOST)
        || failure.reason().equals(Reasons.PRIVATE_ADDRESS);
  }

  // A smart host that is not in the DNS is our administrator's mistake and keeps the mail; mail
  // hosts that are not, or stand at private addresses, are the recipient's and fail it.
  private void noAddress(List<MailHost> hosts) {
    Failure telling = Failure.mostTelling(failures);
    boolean inside = telling.reason().equals(Reasons.PRIVATE_ADDRESS);
    String said =
        (inside ? "no host has a public address: " : "no host has an address: ")
            + String.join(", ", hosts.stream().map(MailHost::name).toList());
    String detail = inside ? telling.detail() : said;
    if (configured) {
      attempt.deferRest(new Failure(Reasons.DNS_FAILURE, null, null, detail, Seen.NOTHING));
    } else {
      attempt.refusedToken(telling.reason());
      attempt.settleRest(
          OutcomeKind.FAILED, telling.reason(), Attempt.own(550, "5.4.4", said), detail);
    }
  }

  private Step visit(Target target) {
    Connections.Key key = new Connections.Key(target, protocol, attempt.requirement());
    Session kept = tools.connections().take(key);
    while (kept != null) {
      // A kept session may have ended meanwhile: then it tells nothing about the host.
      int before = failures.size();
      boolean reachedBefore = reached;
      Step step = use(kept, key);
      if (step != Step.NEXT_HOST) {
        return step;
      }
      failures.subList(before, failures.size()).clear();
      reached = reachedBefore;
      kept = tools.connections().take(key);
    }
    return open(target, key, null);
  }

  private Step open(Target target, Connections.@Nullable Key key, @Nullable String plaintextAfter) {
    if (!ownership.held()) {
      return givenUp();
    }
    try {
      return switch (tools
          .opener()
          .open(
              target,
              attempt.requirement(),
              protocol,
              plaintextAfter,
              ownership,
              () -> encrypted = true)) {
        case SessionOpener.Opened.Ready(Session session) -> use(session, key);
        case SessionOpener.Opened.NoTls(TlsGate.WhyPlain why, String detail) -> {
          if (!ownership.held()) {
            yield givenUp(); // we ended it ourselves
          }
          handshakeFailed.put(target, detail);
          failures.add(new Failure(why.reason(), null, null, detail, Seen.dialled(target)));
          yield Step.NEXT_HOST;
        }
      };
    } catch (ClientCertificateException e) {
      attempt.deferRest(
          new Failure(
              Reasons.CLIENT_CERTIFICATE_MISSING,
              null,
              null,
              String.valueOf(e.getMessage()),
              Seen.NOTHING));
      return Step.DONE;
    } catch (DialogueException e) {
      if (!ownership.held()) {
        return givenUp(); // we ended it ourselves: it tells nothing about the host
      }
      failures.add(Failure.of(e, Seen.dialled(target)));
      return Step.NEXT_HOST;
    }
  }

  /**
   * As many transactions as its recipients need, each behind the gate: minutes may lie between two,
   * and the verdict may have fallen meanwhile (G3).
   *
   * @param key where to keep the session afterwards; null: nowhere
   */
  private Step use(Session session, Connections.@Nullable Key key) {
    ownership.connection(session::cut);
    switch (session.channel()) {
      case TlsGate.Channel.Encrypted tls -> encrypted = true; // a kept one too
      case TlsGate.Channel.Plain(TlsGate.WhyPlain why) -> {
        if (encrypted) {
          leave(session, tlsStoodBefore(session, why));
          return Step.NEXT_HOST;
        }
      }
    }
    Seen seen = null;
    Step step = Step.AGAIN;
    while (step == Step.AGAIN) {
      Judgement judgement = judge(session);
      if (seen == null) {
        seen = Seen.judged(session, judgement);
      }
      step =
          switch (judgement.decision()) {
            case TlsGate.Decision.Refuse(String reason, String detail) -> {
              leave(session, new Failure(reason, null, null, detail, seen));
              yield Step.NEXT_HOST;
            }
            case TlsGate.Decision.Pass(String achieved) -> passed(session, key, seen, achieved);
          };
    }
    return step;
  }

  /** The host is there, and gets nothing of the envelope. */
  private void leave(Session session, Failure failure) {
    reached = true;
    ownership.connection(null);
    tools.connections().quit(session);
    failures.add(failure);
  }

  // A domain with which TLS stands has it: whoever breaks that session, and TLS with the next host
  // or its offer, must not get the message in plaintext (S2).
  private static Failure tlsStoodBefore(Session session, TlsGate.WhyPlain why) {
    return new Failure(
        why.reason(),
        null,
        null,
        why.detail() + "; nothing goes in plaintext, since a TLS session has stood in this attempt",
        Seen.dialled(session.target()));
  }

  private Judgement judge(Session session) {
    return tools
        .judge()
        .judge(
            attempt.requirement(),
            session.channel(),
            session.target().host(),
            session.capabilities().has("REQUIRETLS"),
            session.question(attempt.request().getOrganization()));
  }

  private Step passed(Session session, Connections.@Nullable Key key, Seen seen, String achieved) {
    tellHandshake(session);
    if (!mayBegin()) {
      reached = true;
      release(session, key);
      return abandoned ? Step.ABANDONED : Step.DONE;
    }
    attempt.passed(seen, achieved);
    return transact(session, key, seen);
  }

  /** A kept session too: it may have been another connector's. */
  private void tellHandshake(Session session) {
    if (session.channel() instanceof TlsGate.Channel.Encrypted tls) {
      tools
          .handshakes()
          .passed(
              attempt.request(),
              session.target().host(),
              tls.facts(),
              session.dialogue().certificateRequest());
    }
  }

  /**
   * Asked before each MAIL FROM, also of a further transaction: is the delivery still ours, and the
   * decision still that of the directory (G3)? False: it ends here.
   */
  private boolean mayBegin() {
    if (!ownership.held()) {
      giveUp();
      return false;
    }
    String changed = tools.routing().changed(attempt.request());
    if (changed == null) {
      return true;
    }
    if (attempt.untouched()) {
      attempt.handBack(Reasons.ROUTING_CHANGED, changed);
    } else {
      attempt.settleRest(OutcomeKind.DEFERRED, Reasons.ROUTING_CHANGED, null, changed);
    }
    return false;
  }

  /** It was taken from us; nobody has the message for recipients that are not settled. */
  private void giveUp() {
    if (attempt.untouched()) {
      abandoned = true;
    } else {
      attempt.settleRest(
          OutcomeKind.DEFERRED,
          Reasons.DISCONNECTED,
          null,
          "this replica gave the delivery up before these recipients' turn");
    }
  }

  private Step givenUp() {
    giveUp();
    return abandoned ? Step.ABANDONED : Step.DONE;
  }

  /** {@link Step#AGAIN}: some recipients are left, and the session is as it was. */
  private Step transact(Session session, Connections.@Nullable Key key, Seen seen) {
    boolean healthy = false;
    try {
      if (MailCommand.possible(attempt, session.capabilities())) {
        int before = attempt.openCount();
        try (ContentStream content = tools.contents().open(attempt.request().getContentList())) {
          new MailTransaction(attempt, ownership, session, tools.timeouts(), content)
              .run(attempt.open(MAX_RECIPIENTS));
        }
        if (attempt.openCount() == before) {
          throw new IllegalStateException("a transaction decided about nobody");
        }
        through = true;
      }
      healthy = true;
      reached = true;
      return attempt.done() ? Step.DONE : Step.AGAIN;
    } catch (NoDotException e) {
      reached = true;
      return ownership.held() ? unproven() : givenUp();
    } catch (DialogueException e) {
      if (!attempt.done() && !ownership.held()) {
        return givenUp();
      }
      through = false;
      failures.add(Failure.of(e, seen));
      return attempt.done() ? Step.DONE : Step.NEXT_HOST;
    } catch (RuntimeException e) {
      if (attempt.untouched()) {
        throw e;
      }
      // What the host has taken stays taken: "deferred" for all would send it twice.
      LOG.log(
          System.Logger.Level.ERROR,
          "delivery " + attempt.request().getDeliveryId() + " failed",
          e);
      attempt.settleRest(
          OutcomeKind.DEFERRED,
          Reasons.INTERNAL_ERROR,
          null,
          "an error in the delivery service: " + e.getClass().getSimpleName());
      return Step.DONE;
    } catch (ContentException e) {
      LOG.log(
          System.Logger.Level.ERROR,
          "content of " + attempt.request().getQueueId() + " cannot be read (" + e.kind() + ")",
          e);
      reached = true;
      attempt.settleRest(
          OutcomeKind.DEFERRED,
          Reasons.CONTENT_UNREADABLE,
          null,
          "the content could not be read from the log: " + e.getMessage());
      return Step.DONE;
    } finally {
      if (!healthy) {
        // Without the final dot, so that the host takes nothing for the whole message.
        session.abort();
      } else if (attempt.done()) {
        release(session, key);
      }
    }
  }

  // Still ours as far as we know, but the log did not say so in time: it comes again.
  private Step unproven() {
    String detail =
        "before the final dot the log did not confirm in time that this replica still owns the"
            + " delivery; the host has not taken the message";
    if (attempt.untouched()) {
      attempt.handBack(Reasons.OWNERSHIP_UNPROVEN, detail);
    } else {
      attempt.settleRest(OutcomeKind.DEFERRED, Reasons.OWNERSHIP_UNPROVEN, null, detail);
    }
    return Step.DONE;
  }

  private void release(Session session, Connections.@Nullable Key key) {
    ownership.connection(null);
    if (key == null || !ownership.held()) {
      tools.connections().quit(session);
    } else {
      tools.connections().keep(key, session);
    }
  }
}
