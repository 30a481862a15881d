package io.postern.delivery.transaction;

import io.postern.contracts.Reasons;
import io.postern.contracts.v1.HopProtocol;
import io.postern.delivery.destination.Destinations.Admission;
import io.postern.delivery.destination.Feedback;
import io.postern.delivery.destination.Lane;
import io.postern.delivery.destination.Slot;
import io.postern.delivery.gate.HostDemand;
import io.postern.delivery.gate.HostDemands;
import io.postern.delivery.gate.TlsGate;
import io.postern.delivery.nexthop.HostAddresses;
import io.postern.delivery.nexthop.MailHost;
import io.postern.delivery.nexthop.Resolution;
import io.postern.delivery.position.Ownership;
import io.postern.delivery.transaction.SessionUse.Step;
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
 * The walk through a delivery's hosts (RFC 5321 §5.1), until one passes the gate and has decided
 * about the recipients. For a host that the gate refuses: QUIT before MAIL FROM, then the next one.
 * Plaintext after failed handshakes only when no host was left over TLS; none at all after a TLS
 * session has stood with any host (S2).
 *
 * <p>Owner: the delivery's thread, once.
 */
final class HostWalk {
  private final Attempt attempt;
  private final Ownership ownership;
  private final HopTools tools;
  private final HopProtocol protocol;
  private final boolean configured; // its hosts are an administrator's choice
  private final List<Failure> failures = new ArrayList<>();
  private final Map<SessionKey, String> handshakeFailed = new LinkedHashMap<>();
  private boolean encrypted; // a TLS session stood with some host
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
    attempt.clock().begin(Phase.DNS);
    Resolution resolution = tools.nextHops().resolve(attempt.request().getNextHop());
    attempt.clock().end();
    switch (resolution) {
      case Resolution.Unroutable(
              boolean permanent,
              String reason,
              String enhanced,
              String detail) -> {
        if (permanent) {
          attempt.failRest(reason, 550, enhanced, detail, detail);
        } else {
          failures.add(new Failure(reason, detail));
          attempt.deferRest(failures.getFirst());
        }
      }
      case Resolution.Hosts(List<MailHost> hosts) -> walk(hosts);
    }
  }

  private void walk(List<MailHost> hosts) throws InterruptedException {
    int tried = 0;
    for (MailHost host : hosts) {
      if (!ownership.held()) {
        attempt.giveUp();
        return;
      }
      attempt.clock().begin(Phase.DNS);
      HostDemand demand = demand(host);
      List<InetAddress> addresses = demand == null ? List.of() : addresses(host);
      attempt.clock().end();
      if (demand == null) {
        continue;
      }
      for (InetAddress address : addresses) {
        if (tried == tools.maxAddresses()) {
          break;
        }
        tried++;
        Target target = new Target(host.name(), new InetSocketAddress(address, host.port()));
        SessionKey key = new SessionKey(target, protocol, attempt.requirement(), demand);
        if (inTurn(target, () -> visit(key)) != Step.NEXT_HOST) {
          return;
        }
      }
    }
    if (!encrypted) {
      for (Map.Entry<SessionKey, String> failed : handshakeFailed.entrySet()) {
        SessionKey key = failed.getKey();
        if (TlsGate.plaintextAllowed(key.requirement(), key.demand())
            && inTurn(key.target(), () -> open(key, failed.getValue())) != Step.NEXT_HOST) {
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
    switch (admission) {
      case Admission.Loss loss -> {
        return givenUp();
      }
      case Admission.HandBack(Duration stayAway, String detail) -> {
        busy = true;
        if (failures.isEmpty()) {
          attempt.busy(stayAway, target.shown() + ": " + detail);
        } else {
          attempt.deferRest(Failure.mostTelling(failures));
        }
        return Step.DONE;
      }
      case Admission.Grant(Slot slot) -> {
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

  /** Null: the host must not be used now, with the failure that says why. */
  private @Nullable HostDemand demand(MailHost host) {
    return switch (tools
        .demands()
        .of(
            attempt.requirement(),
            host.name(),
            host.port(),
            host.proven() && host.address() == null,
            attempt.request().getNextHop().getMxDomain())) {
      case HostDemands.Answer.Demand(HostDemand demand) -> demand;
      case HostDemands.Answer.Unusable(String reason, String detail) -> {
        failures.add(new Failure(reason, detail));
        yield null;
      }
    };
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
    if (addresses.failure() != null) { // an address that is not known for now may be usable
      String reason = addresses.failure().bogus() ? Reasons.DNSSEC_INVALID : Reasons.DNS_FAILURE;
      return new Failure(reason, addresses.failure().detail());
    }
    if (addresses.known().isEmpty()) {
      String detail = "the host " + host.name() + " has no address";
      return new Failure(Reasons.NO_MAIL_HOST, detail);
    }
    String detail =
        "the address "
            + addresses.known().getFirst().getHostAddress()
            + " of the host "
            + host.name()
            + " is not public (see postern.delivery.allow-private-targets)";
    return new Failure(Reasons.PRIVATE_ADDRESS, detail);
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
      attempt.deferRest(new Failure(Reasons.DNS_FAILURE, detail));
    } else {
      attempt.failRest(telling.reason(), 550, "5.4.4", said, detail);
    }
  }

  private Step visit(SessionKey key) {
    int most = attempt.request().getNextHop().getMaxMessagesPerConnection();
    for (Session kept = tools.connections().take(key, most);
        kept != null;
        kept = tools.connections().take(key, most)) {
      if (use(kept, false) == Step.DONE) {
        return Step.DONE;
      }
    }
    return open(key, null);
  }

  private Step givenUp() {
    attempt.giveUp();
    return Step.DONE;
  }

  private Step open(SessionKey key, @Nullable String plaintextAfter) {
    if (!ownership.held()) {
      return givenUp();
    }
    try {
      SessionOpener.Opening opening = opening(key, plaintextAfter);
      return switch (opening) {
        case SessionOpener.Opening.Success(Session session) -> use(session, true);
        case SessionOpener.Opening.NoTls(TlsGate.WhyPlain why, String detail) -> {
          if (!ownership.held()) {
            yield givenUp(); // we ended it ourselves
          }
          handshakeFailed.put(key, detail);
          String reason = key.demand().tls() ? Reasons.DANE_STARTTLS_NOT_SUPPORTED : why.reason();
          failures.add(new Failure(reason, detail, ConnectionReport.dialled(key)));
          yield Step.NEXT_HOST;
        }
      };
    } catch (ClientCertificateException e) {
      attempt.deferRest(
          new Failure(Reasons.CLIENT_CERTIFICATE_MISSING, String.valueOf(e.getMessage())));
      return Step.DONE;
    } catch (DialogueException e) {
      if (!ownership.held()) {
        return givenUp(); // we ended it ourselves, which proves nothing about the host
      }
      failures.add(new Failure(e, ConnectionReport.dialled(key)));
      return Step.NEXT_HOST;
    }
  }

  private SessionOpener.Opening opening(SessionKey key, @Nullable String plaintextAfter)
      throws ClientCertificateException, DialogueException {
    attempt.clock().begin(Phase.OPEN);
    try {
      return tools.opener().open(key, plaintextAfter, ownership, () -> encrypted = true);
    } finally {
      attempt.clock().end();
    }
  }

  /**
   * @param fresh it was opened for this delivery
   */
  private Step use(Session session, boolean fresh) {
    SessionUse use = new SessionUse(attempt, ownership, tools, session);
    Step step =
        switch (session.channel()) {
          case TlsGate.Channel.Tls tls -> {
            encrypted = true; // a kept one too
            yield use.run();
          }
          case TlsGate.Channel.Plaintext(TlsGate.WhyPlain why) ->
              encrypted ? use.leave(tlsStoodBefore(session, why)) : use.run();
        };
    through = !use.broken() && (through || use.through());
    Failure failure = use.failure();
    // A kept session may have ended meanwhile, which proves nothing about the host.
    if (fresh || step == Step.DONE) {
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
        why.detail() + "; nothing goes in plaintext, since a TLS session has stood in this attempt",
        ConnectionReport.dialled(session.key));
  }
}
