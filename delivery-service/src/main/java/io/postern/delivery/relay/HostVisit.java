package io.postern.delivery.relay;

import io.postern.contracts.Reasons;
import io.postern.delivery.attempt.Attempt;
import io.postern.delivery.attempt.ConnectionReport;
import io.postern.delivery.attempt.Failure;
import io.postern.delivery.attempt.Findings;
import io.postern.delivery.attempt.Phase;
import io.postern.delivery.destination.Feedback;
import io.postern.delivery.gate.TlsGate;
import io.postern.delivery.position.Ownership;
import io.postern.delivery.relay.SessionUse.Step;
import io.postern.delivery.route.SessionKey;
import io.postern.delivery.session.ClientCertificateException;
import io.postern.delivery.session.ConnectRace;
import io.postern.delivery.session.Connecting;
import io.postern.delivery.session.Credentials;
import io.postern.delivery.session.DialogueException;
import io.postern.delivery.session.OpeningSteps;
import io.postern.delivery.session.Session;
import io.postern.delivery.session.SessionOpener;
import io.postern.transport.SourceAddressException;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A delivery at one address of a host, or at two of which the one that answers first is taken: kept
 * sessions first, then new ones, as many as the host's limits make necessary. Owner: the delivery's
 * thread, once.
 */
final class HostVisit {
  private final Attempt attempt;
  private final Ownership ownership;
  private final RelayTools tools;
  private final @Nullable Credentials credentials; // of the session's identity
  private final Findings findings;
  private final ReportedSessions reported;
  private final AddressTurns turns;
  private final int most; // transactions over one connection, by the connector; 0: any number
  private boolean answered;
  private boolean through; // the last transaction here went to its end
  private boolean raced;

  HostVisit(
      Attempt attempt,
      Ownership ownership,
      RelayTools tools,
      @Nullable Credentials credentials,
      Findings findings,
      ReportedSessions reported,
      AddressTurns turns) {
    this.attempt = attempt;
    this.ownership = ownership;
    this.tools = tools;
    this.credentials = credentials;
    this.findings = findings;
    this.reported = reported;
    this.turns = turns;
    this.most = attempt.request().getNextHop().getMaxMessagesPerConnection();
  }

  /** The host has said something about recipients, or was refused by the gate. */
  boolean answered() {
    return answered;
  }

  boolean through() {
    return through;
  }

  /** A second address was dialled. */
  boolean raced() {
    return raced;
  }

  /** After handshakes with the address have failed. */
  Step inPlaintext(AddressTurns.Turn turn) {
    return open(turn.key(), null, findings.handshakeFailed.get(turn.key()));
  }

  /**
   * With TLS where it is offered.
   *
   * @param untried addresses of the host behind this one, of which a {@link ConnectRace} may take
   *     one of the other family; this one comes back to them where that one's session stood first
   *     and did not do
   */
  Step overTls(AddressTurns.Turn turn, Deque<SessionKey> untried) throws InterruptedException {
    Step kept = useKept(turn.key());
    if (kept == Step.DONE || attempt.doneHere()) {
      return kept;
    }
    SessionKey other = ofOtherFamily(turn.key(), untried);
    if (other == null) {
      return open(turn.key(), null, null);
    }
    AddressTurns.Turn second = turns.of(other);
    Feedback learnt = Feedback.NOTHING;
    try {
      Step step = race(turn, second, untried);
      learnt = through ? Feedback.THROUGH : Feedback.REACHED;
      return step;
    } finally {
      raced = second.begun();
      second.end(learnt);
    }
  }

  private @Nullable SessionKey ofOtherFamily(SessionKey key, Deque<SessionKey> untried) {
    Class<?> family = key.target().address().getAddress().getClass();
    return untried.stream()
        .filter(other -> !attempt.wasPutOffBy(other.target()))
        .filter(other -> other.target().address().getAddress().getClass() != family)
        .findFirst()
        .orElse(null);
  }

  private Step race(AddressTurns.Turn first, AddressTurns.Turn second, Deque<SessionKey> untried)
      throws InterruptedException {
    // Kept since the first address did not answer: it need not be waited for again.
    if (tools.connections().has(second.key(), most) && second.tryBegin()) {
      Step kept = useKept(second.key());
      if (kept == Step.DONE || attempt.doneHere()) {
        untried.remove(second.key());
        return kept;
      }
    }
    if (!ownership.held()) {
      return givenUp();
    }
    attempt.clock().begin(Phase.OPEN);
    ConnectRace.Result result =
        new ConnectRace(tools.hop().opener()::connecting, ConnectRace.ATTEMPT_DELAY)
            .run(first.key(), second.key(), second::tryBegin);
    attempt.clock().end();
    for (Connecting.Failed failed : result.failures()) {
      if (failed.key() == second.key()) {
        untried.remove(second.key());
      }
      findings.failed(Failure.of(failed.key(), failed.why()));
    }
    Connecting.Connected winner = result.winner();
    if (winner == null) {
      return ownership.held() ? Step.NEXT_HOST : givenUp();
    }
    if (winner.key() == first.key()) {
      second.end(Feedback.NOTHING);
      return open(first.key(), winner, null);
    }
    first.end(Feedback.REACHED); // as of any host that cannot be reached
    untried.remove(second.key());
    if (result.failures().isEmpty()) {
      untried.addFirst(first.key());
    }
    return open(second.key(), winner, null);
  }

  private Step useKept(SessionKey key) {
    for (Session kept = tools.connections().take(key, most);
        kept != null;
        kept = tools.connections().take(key, most)) {
      Step step = use(kept, false);
      if (step == Step.DONE || attempt.doneHere()) {
        return step;
      }
    }
    return Step.NEXT_HOST;
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
      return switch (opening(key, connected, plaintextAfter)) {
        case SessionOpener.Opening.Success(Session session) -> use(session, true);
        case SessionOpener.Opening.NoTls noTls -> {
          if (!ownership.held()) {
            yield givenUp(); // we ended it ourselves
          }
          reported.withoutTls(key, noTls);
          findings.handshakeFailed.put(key, noTls.detail());
          findings.failed(Failure.of(key, noTls));
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
      findings.failed(Failure.of(key, e));
      return Step.NEXT_HOST;
    }
  }

  private SessionOpener.Opening opening(
      SessionKey key, Connecting.@Nullable Connected connected, @Nullable String plaintextAfter)
      throws ClientCertificateException, SourceAddressException, DialogueException {
    attempt.clock().begin(Phase.OPEN);
    try {
      return tools
          .hop()
          .opener()
          .open(
              key,
              connected,
              plaintextAfter,
              ownership,
              () -> findings.encrypted = true,
              OpeningSteps.NONE);
    } finally {
      attempt.clock().end();
    }
  }

  /**
   * @param fresh it was opened for this delivery
   */
  private Step use(Session session, boolean fresh) {
    SessionUse use = new SessionUse(attempt, ownership, tools, session, credentials);
    Step step =
        switch (session.channel()) {
          case TlsGate.Channel.Tls tls -> {
            findings.encrypted = true; // a kept one too
            yield use.run();
          }
          case TlsGate.Channel.Plaintext(TlsGate.PlaintextReason why) ->
              findings.encrypted ? use.leave(tlsStoodBefore(session, why)) : use.run();
        };
    if (fresh) {
      reported.opened(session, use.judgement());
    }
    through = !use.broken() && (through || use.through());
    findings.through = !use.broken() && (findings.through || use.through());
    answered |= use.reached();
    Failure failure = use.failure();
    // A kept session may have ended meanwhile, which proves nothing about the host.
    if (fresh || step != Step.NEXT_HOST) {
      findings.reached |= use.reached();
      if (failure != null) {
        findings.failed(failure);
      }
    }
    return step;
  }

  // A domain with which TLS stands has it: an attacker who breaks that session, and TLS with the
  // next host or its offer, must not get the message in plaintext (S2).
  private static Failure tlsStoodBefore(Session session, TlsGate.PlaintextReason why) {
    return new Failure(
        why.reason(),
        why.detail()
            + "; nothing is sent in plaintext, because a TLS session was established in "
            + "this attempt",
        ConnectionReport.dialled(session.key));
  }
}
