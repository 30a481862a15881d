package io.postern.ingress.attribution;

import com.google.protobuf.ByteString;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.TrueSource.Builder;
import io.postern.ingress.rcpt.Candidate;
import io.postern.ingress.rcpt.RecipientCheck;
import io.postern.ingress.rcpt.Refusal;
import io.postern.rules.Directory;
import io.postern.rules.again.ReportedDecisions;
import io.postern.rules.gateway.Gateway;
import io.postern.rules.gateway.TrueSource;
import io.postern.rules.gateway.TrueSourceWalk;
import io.postern.rules.inbound.GatewayRules;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.InboundFacts;
import io.postern.rules.inbound.InboundRules;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The decision about each recipient of one mail transaction, by its source: the client, or the host
 * behind a gateway of the recipients' organization (docs/guides/gateways.md). The rules decide;
 * where they need a verdict it is asked for. Unknown is not good (G4): they refuse with 4xx.
 *
 * <p>The header section that names a source behind a gateway comes with the message, after RCPT,
 * and the message has one reply. So RCPT takes either recipients that the connection lets in, or
 * recipients that only the true source can let in, all by the same connectors; one of the other
 * kind is told to come in another message, and the reply to the message is right for each.
 *
 * <p>Owner: the session's thread. It holds a gateway and a source, whose texts a header of 32 KiB
 * bounds.
 */
public final class Attribution implements RecipientCheck {
  private static final int MOST_QUESTIONS = 48; // of one recipient

  private static final InboundDecision.Refuse APART =
      new InboundDecision.Refuse(
          452,
          "4.5.3",
          "Send this recipient in a separate message: the source behind your gateway decides about "
              + "it",
          "gateway",
          "",
          "",
          "",
          Explanation.newBuilder()
              .setSummary("The source behind a gateway decides about only some of the recipients")
              .build());

  private static final InboundDecision.Refuse CHANGED =
      new InboundDecision.Refuse(
          451,
          "4.3.0",
          "The configuration changed while the message was sent, send it again",
          "directory-changed",
          "",
          "",
          "",
          Explanation.getDefaultInstance());

  private static final Refusal VERDICT_CHANGED =
      Refusal.of(
          451,
          "4.3.0",
          "Your certificate could not be verified again, send the message again",
          "verdict-changed");

  private static final InboundDecision.Refuse TOO_MANY_QUESTIONS =
      new InboundDecision.Refuse(
          451,
          "4.7.5",
          "Your certificate could not be validated for this recipient, try again later",
          "verdict",
          "",
          "",
          "",
          Explanation.newBuilder()
              .setSummary(
                  "More connectors than "
                      + MOST_QUESTIONS
                      + " need certificate checks of their own")
              .build());

  private static final Recipients NONE = new Recipients(false, null, null, false);

  private final TransactionVerdicts verdicts;
  private final InboundFacts client;
  private Recipients recipients = NONE;
  private Recipients before = NONE; // without the last one
  private @Nullable TrueSource source;

  /**
   * What the recipients that were accepted have in common.
   *
   * @param gateway of all; null: none
   * @param awaiting all depend on the source behind it; null: the connection let them in
   * @param inScope all are in scope of efUsers
   */
  private record Recipients(
      boolean any, @Nullable Gateway gateway, @Nullable Gateway awaiting, boolean inScope) {

    Recipients and(String address, @Nullable Gateway through, boolean byItsSource) {
      boolean same = gateway != null && through != null && gateway.isSameAs(through);
      return new Recipients(
          true,
          !any || same ? through : null,
          byItsSource ? through : null,
          through != null && through.isFor(address) && (!any || inScope));
    }
  }

  /**
   * @param client the session's facts, by which the client is the source
   */
  public Attribution(TransactionVerdicts verdicts, InboundFacts client) {
    this.verdicts = verdicts;
    this.client = client;
  }

  @Override
  public Result check(Candidate candidate) {
    Directory directory = candidate.directory();
    String domain = candidate.recipient().domain();
    GatewayRules.Answer answer = gateway(directory, domain);
    if (answer instanceof GatewayRules.Answer.Question(VerdictQuestion question)) {
      return waitFor(candidate, question);
    }
    Gateway through = answer instanceof GatewayRules.Answer.Through t ? t.gateway() : null;
    return switch (round(directory, client, domain)) {
      case InboundDecision.VerdictNeeded needed -> waitFor(candidate, needed.question());
      case InboundDecision.Accept accept ->
          recipients.awaiting() == null
              ? accepted(candidate, accept, through, false)
              : RecipientCheck.refused(APART);
      case InboundDecision.Refuse refusal -> {
        if (answer instanceof GatewayRules.Answer.NotGood notGood) {
          yield RecipientCheck.refused(notGood.refusal());
        }
        yield through == null || !through.isFor(candidate.recipient().text())
            ? RecipientCheck.refused(refusal)
            : bySource(candidate, through);
      }
    };
  }

  /** Only the source behind the gateway can let the recipient in. */
  private Result bySource(Candidate candidate, Gateway through) {
    return switch (round(
        candidate.directory(),
        client.from(new TrueSource.Awaited(through)),
        candidate.recipient().domain())) {
      case InboundDecision.VerdictNeeded needed -> waitFor(candidate, needed.question());
      case InboundDecision.Refuse refusal -> RecipientCheck.refused(refusal);
      case InboundDecision.Accept accept -> {
        Gateway awaiting = recipients.awaiting();
        yield recipients.any() && (awaiting == null || !awaiting.decidesAsFor(through))
            ? RecipientCheck.refused(APART)
            : accepted(candidate, accept, through, true);
      }
    };
  }

  private Result accepted(
      Candidate candidate,
      InboundDecision.Accept accept,
      @Nullable Gateway through,
      boolean byItsSource) {
    before = recipients;
    recipients = recipients.and(candidate.recipient().text(), through, byItsSource);
    candidate.accepted(accept, through);
    return ACCEPTED;
  }

  @Override
  public void giveBack(Candidate candidate) {
    recipients = before;
  }

  /** The decision about another recipient domain, of the client itself; it may need a verdict. */
  InboundDecision byConnection(Directory directory, String recipientDomain) {
    return round(directory, client, recipientDomain);
  }

  Result waitFor(Candidate candidate, VerdictQuestion question) {
    return candidate.countQuestion() > MOST_QUESTIONS
        ? RecipientCheck.refused(TOO_MANY_QUESTIONS)
        : (Wait) ahead -> verdicts.ask(question);
  }

  private GatewayRules.Answer gateway(Directory directory, String recipientDomain) {
    return GatewayRules.find(directory, client, recipientDomain, verdicts::known);
  }

  /** With what connectors in report-only mode would have decided. */
  private InboundDecision round(Directory directory, InboundFacts facts, String recipientDomain) {
    InboundDecision decision =
        InboundRules.decide(directory, facts, recipientDomain, verdicts::known);
    if (decision instanceof InboundDecision.VerdictNeeded) {
      return decision;
    }
    ReportedDecisions reported =
        ReportedDecisions.of(directory, facts, recipientDomain, decision, verdicts::knownAlready);
    reported.questions().forEach(verdicts::askInBackground);
    return switch (decision) {
      case InboundDecision.Accept accept -> accept.reporting(reported.own(), reported.incoming());
      case InboundDecision.Refuse refuse -> refuse.reporting(reported.own());
      case InboundDecision.VerdictNeeded needed -> needed;
    };
  }

  /** About a recipient that was accepted; blocks for verdicts. Accept or Refuse. */
  private InboundDecision decide(Directory directory, String recipientDomain) {
    return settled(
        () -> round(directory, facts(), recipientDomain),
        decision ->
            decision instanceof InboundDecision.VerdictNeeded needed ? needed.question() : null,
        TOO_MANY_QUESTIONS);
  }

  private boolean isStill(Gateway asked, Directory directory, String recipientDomain) {
    return settled(
                () -> gateway(directory, recipientDomain),
                answer ->
                    answer instanceof GatewayRules.Answer.Question needed
                        ? needed.question()
                        : null,
                new GatewayRules.Answer.NotGood(TOO_MANY_QUESTIONS))
            instanceof GatewayRules.Answer.Through through
        && asked.decidesAsFor(through.gateway());
  }

  private <T> T settled(Supplier<T> round, Function<T, @Nullable VerdictQuestion> open, T beyond) {
    for (int i = 0; i < MOST_QUESTIONS; i++) {
      T decided = round.get();
      VerdictQuestion question = open.apply(decided);
      if (question == null) {
        return decided;
      }
      verdicts.ask(question);
    }
    return beyond;
  }

  /**
   * Before a message is accepted: whether each recipient would be accepted again. A verdict that is
   * too old is asked for anew.
   *
   * @param sameDirectory that decided about all of them
   * @return why the message must be sent again; null: it need not
   */
  public @Nullable Refusal changedMeanwhile(
      Directory now, boolean sameDirectory, AcceptedRecipients accepted) {
    boolean outdated = verdicts.outdated();
    if (outdated) {
      verdicts.askAgain();
    }
    return sameDirectory && !outdated
            || accepted.wouldBeAcceptedAgain(domain -> decide(now, domain))
        ? null
        : sameDirectory ? VERDICT_CHANGED : Refusal.of(CHANGED);
  }

  /**
   * Finds the message's source, and decides about all recipients anew where it counts: when the
   * header section has come, and at the end of the message, by the directory of then.
   *
   * @param header the header section, at most 32 KiB
   * @param cut it was longer
   * @return null: all are accepted, or there is no gateway
   */
  public InboundDecision.@Nullable Refuse decideBySource(
      Directory directory, AcceptedRecipients accepted, ByteString header, boolean cut) {
    Gateway through = recipients.gateway();
    if (through == null) {
      return null;
    }
    source = TrueSourceWalk.walk(through, client.clientIp(), header.toByteArray(), cut);
    if (!recipients.inScope()) {
      return null;
    }
    Gateway asked = recipients.awaiting();
    return accepted.decideAgain(
        domain ->
            asked == null || isStill(asked, directory, domain)
                ? decide(directory, domain)
                : CHANGED);
  }

  /** The facts by which recipients are decided now. */
  private InboundFacts facts() {
    if (source != null && recipients.inScope()) {
      return client.from(source);
    }
    Gateway awaiting = recipients.awaiting();
    return awaiting == null ? client : client.from(new TrueSource.Awaited(awaiting));
  }

  /**
   * The reports about an accepted recipient again, with the verdicts that have come since then;
   * none where the decision itself would need a new one.
   */
  public ReportedDecisions reportedNow(Directory directory, String recipientDomain) {
    InboundFacts facts = facts();
    InboundDecision decision =
        InboundRules.decide(directory, facts, recipientDomain, verdicts::knownAlready);
    return ReportedDecisions.of(
        directory, facts, recipientDomain, decision, verdicts::knownAlready);
  }

  /** The message's header section must be read for its source. */
  public boolean throughGateway() {
    return recipients.gateway() != null;
  }

  /** Whether the group's connector is for the client itself, not for a source behind it. */
  public boolean isOfClient(RecipientGroup group) {
    return source == null || source.gateway().isOf(group.getOrganization(), group.getConnector());
  }

  /** For trace and stamps; null: the client is the source, or the message has not come. */
  public io.postern.contracts.v1.@Nullable TrueSource recorded() {
    TrueSource found = source;
    if (found == null) {
      return null;
    }
    boolean inScope = recipients.inScope();
    Builder record =
        io.postern.contracts.v1.TrueSource.newBuilder()
            .setRule(found.gateway().rule())
            .setInScope(inScope)
            .setWhyNot(inScope ? "" : "efUsers does not name all recipients");
    switch (found) {
      case TrueSource.Found f ->
          record
              .setIp(f.address())
              .setGateway(f.namedBy())
              .setGreeting(f.greeting())
              .setSkipped(f.skipped().size());
      case TrueSource.Unknown u -> record.setSkipped(u.skipped().size()).setWhyNot(u.whyNot());
      case TrueSource.Awaited a -> throw new IllegalStateException("the walk ends with an answer");
    }
    return record.build();
  }
}
