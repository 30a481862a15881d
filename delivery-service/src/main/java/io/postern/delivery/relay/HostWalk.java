package io.postern.delivery.relay;

import io.postern.contracts.Reasons;
import io.postern.contracts.v1.NextHop;
import io.postern.delivery.attempt.Attempt;
import io.postern.delivery.attempt.Failure;
import io.postern.delivery.attempt.Findings;
import io.postern.delivery.attempt.Phase;
import io.postern.delivery.destination.Destinations.Admission;
import io.postern.delivery.destination.Feedback;
import io.postern.delivery.destination.Slot;
import io.postern.delivery.gate.HostDemands.Answer.Unusable;
import io.postern.delivery.gate.TlsGate;
import io.postern.delivery.nexthop.MailHost;
import io.postern.delivery.nexthop.Resolution.Unroutable;
import io.postern.delivery.position.Ownership;
import io.postern.delivery.relay.SessionUse.Step;
import io.postern.delivery.route.Candidates;
import io.postern.delivery.route.ClientIdentity;
import io.postern.delivery.route.SessionKey;
import io.postern.delivery.session.Credentials;
import io.postern.delivery.session.CredentialsException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A delivery's walk through its {@link Candidates}, until hosts that pass the gate have decided
 * about the recipients. Recipients that a host puts off (4xx) are for the next one: of at most
 * {@value #MOST_DIALLED} addresses in all {@value #MOST_FURTHER} more are asked, and none is begun
 * after the delivery was handed over to the watch. Plaintext after failed handshakes only when no
 * host was left over TLS; none at all after a TLS session has stood with any host (S2).
 *
 * <p>Owner: the delivery's thread, once.
 */
final class HostWalk implements Candidates.LookUps {
  // Each costs a whole session, perhaps with the content, and a hostile domain can name many.
  private static final int MOST_FURTHER = 2;
  private static final int MOST_DIALLED = 5; // once a host has put recipients off

  private final Attempt attempt;
  private final Ownership ownership;
  private final RelayTools tools;
  private final Findings findings = new Findings();
  private final ClientIdentity identity;
  private final boolean configured; // an administrator named them, or the hosts whose MX they are
  private final ReportedSessions reported;
  private final Candidates candidates;
  private final AddressTurns turns;
  private @Nullable Credentials credentials; // of the identity; null: none
  private int dialled; // addresses, or tried over a kept session
  private int further; // hosts that answered after one had put recipients off

  HostWalk(Attempt attempt, Ownership ownership, RelayTools tools) {
    NextHop hop = attempt.request().getNextHop();
    this.attempt = attempt;
    this.ownership = ownership;
    this.tools = tools;
    this.identity = tools.hop().identity().of(hop);
    this.configured = hop.getSmartHostsCount() > 0;
    this.reported = new ReportedSessions(attempt, tools.results());
    this.candidates = tools.hop().candidates(hop, attempt.requirement(), identity, ownership, this);
    this.turns = new AddressTurns(attempt, ownership, configured ? null : tools.addresses());
  }

  Findings findings() {
    return findings;
  }

  /** See {@link AddressTurns#waited}. */
  Duration waited() {
    return turns.waited();
  }

  void walk() throws InterruptedException {
    try {
      credentials = tools.hop().credentials().of(identity);
    } catch (CredentialsException e) {
      attempt.deferRest(new Failure(Reasons.CREDENTIALS_MISSING, String.valueOf(e.getMessage())));
      return;
    }
    for (SessionKey key = next(); key != null; key = next()) {
      if (ask(key, false) == Step.DONE) {
        return;
      }
    }
    if (!findings.encrypted) {
      for (Map.Entry<SessionKey, String> failed : findings.handshakeFailed.entrySet()) {
        SessionKey key = failed.getKey();
        if (mayGoOn()
            && !attempt.wasPutOffBy(key.target())
            && TlsGate.plaintextAllowed(key.requirement(), key.demand())
            && ask(key, true) == Step.DONE) {
          return;
        }
      }
    }
    if (ownership.held()) {
      noneLeft();
    } else {
      attempt.giveUp();
    }
  }

  private @Nullable SessionKey next() {
    if (dialled >= tools.hop().maxAddresses() || !mayGoOn()) {
      return null;
    }
    attempt.clock().begin(Phase.DNS);
    SessionKey key = candidates.next();
    while (key != null && attempt.wasPutOffBy(key.target())) {
      key = candidates.next(); // by another name
    }
    attempt.clock().end();
    dialled += key == null ? 0 : 1;
    return key;
  }

  private boolean mayGoOn() {
    return !attempt.anyPutOff()
        || further < MOST_FURTHER && dialled < MOST_DIALLED && !ownership.handedOver();
  }

  private Step ask(SessionKey key, boolean inPlaintext) throws InterruptedException {
    boolean again = attempt.anyPutOff();
    attempt.nextHost();
    int open = attempt.openCount();
    AddressTurns.Turn turn = turns.of(key);
    Admission refused = turn.begin();
    if (refused != null) {
      return noSlot(key, refused);
    }
    HostVisit visit =
        new HostVisit(attempt, ownership, tools, credentials, findings, reported, turns);
    Feedback learnt = Feedback.NOTHING;
    try {
      Step step =
          inPlaintext ? visit.inPlaintext(turn) : visit.overTls(turn, candidates.ofSameHost());
      // A host that cannot be reached keeps its slots: its domains have other hosts.
      learnt = visit.through() ? Feedback.THROUGH : Feedback.REACHED;
      return step;
    } finally {
      turn.end(learnt);
      dialled += visit.raced() ? 1 : 0;
      further += again && (visit.answered() || attempt.openCount() < open) ? 1 : 0;
    }
  }

  /**
   * Without a slot the walk ends here, since a host must not be passed over for one that is less
   * preferred (RFC 5321 §5.1).
   */
  private Step noSlot(SessionKey key, Admission why) {
    switch (why) {
      case Admission.Loss loss -> attempt.giveUp();
      case Admission.HandBack(Duration stayAway, String detail) -> {
        findings.busy = true;
        if (findings.failures().isEmpty() && !attempt.anyPutOff()) {
          attempt.busy(stayAway, key.target().shown() + ": " + detail);
        } else {
          attempt.deferRest(findings.mostTelling());
        }
      }
      case Admission.Grant(Slot slot) -> throw new IllegalStateException("a slot was granted");
    }
    return Step.DONE;
  }

  /** No host has taken it over TLS, or in plaintext without having offered TLS. */
  private void noneLeft() {
    Unroutable permanent = candidates.permanent();
    if (permanent != null) {
      attempt.failRest(
          new Failure(permanent.reason(), permanent.detail()),
          550,
          permanent.enhanced(),
          permanent.detail());
    } else if (!attempt.anyPutOff()
        && !configured
        && !findings.failures().isEmpty()
        && findings.failures().stream().allMatch(f -> f.reason().equals(Reasons.LOOP))) {
      String detail = findings.mostTelling().detail();
      attempt.failRest(new Failure(Reasons.LOOP, detail), 550, "5.4.6", detail);
    } else if (dialled == 0
        && findings.failures().stream().allMatch(HostWalk::withoutUsableAddress)) {
      noAddress();
    } else {
      attempt.deferRest(findings.mostTelling());
    }
  }

  private static boolean withoutUsableAddress(Failure failure) {
    return failure.reason().equals(Reasons.NO_MAIL_HOST)
        || failure.reason().equals(Reasons.PRIVATE_ADDRESS);
  }

  // A smart host that is not in the DNS is our administrator's mistake and keeps the mail; mail
  // hosts that are not, or stand at private addresses, are the recipient's and fail it.
  private void noAddress() {
    Failure telling = findings.mostTelling();
    boolean inside = telling.reason().equals(Reasons.PRIVATE_ADDRESS);
    String said =
        (inside ? "no host has a public address: " : "no host has an address: ")
            + String.join(", ", candidates.hosts().stream().map(MailHost::name).toList());
    String detail = inside ? telling.detail() : said;
    if (configured) {
      attempt.deferRest(new Failure(Reasons.DNS_FAILURE, detail));
    } else {
      attempt.failRest(new Failure(telling.reason(), detail), 550, "5.4.4", said);
    }
  }

  @Override
  public void unusable(MailHost host, Unusable why) {
    reported.unusable(host, why);
  }

  @Override
  public void failed(String reason, String detail) {
    findings.failed(new Failure(reason, detail));
  }
}
