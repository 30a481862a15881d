package io.postern.ingress.attribution;

import com.google.protobuf.ByteString;
import io.postern.contracts.v1.Explanation;
import io.postern.contracts.v1.RecipientGroup;
import io.postern.contracts.v1.TrueSource.Builder;
import io.postern.rules.Directory;
import io.postern.rules.gateway.Gateway;
import io.postern.rules.gateway.TrueSource;
import io.postern.rules.gateway.TrueSourceWalk;
import io.postern.rules.inbound.GatewayRules;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.InboundFacts;
import org.jspecify.annotations.Nullable;

/**
 * The source of one mail transaction: the client, or the host behind a gateway of the recipients'
 * organization (docs/guides/gateways.md). The header section that names it comes with the message,
 * behind RCPT, and the message has one reply. So RCPT takes either recipients that the connection
 * alone lets in, or recipients that only the true source can let in, all by the same connectors;
 * one of the other kind is told to come in another mail, and the reply to the message is right for
 * each. Owner: the session's thread. It holds a gateway and a source, whose texts a header of 32
 * KiB bounds.
 */
public final class MailSource {
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

  private final Attribution attribution;
  private final InboundFacts client;
  private @Nullable Gateway gateway; // of all recipients
  private @Nullable Gateway awaiting; // all recipients depend on the source behind it
  private boolean allInScope; // of efUsers
  private @Nullable Candidate candidate; // the recipient that the rules let in last
  private @Nullable TrueSource source;

  /**
   * A recipient that the rules let in, and that may still be refused for other reasons.
   *
   * @param through its gateway; null: none
   * @param byItsSource only the source behind the gateway lets it in
   */
  private record Candidate(
      boolean first, @Nullable Gateway through, boolean byItsSource, String address) {}

  MailSource(Attribution attribution, InboundFacts client) {
    this.attribution = attribution;
    this.client = client;
  }

  /** The session's facts, by which the client is the source. */
  InboundFacts client() {
    return client;
  }

  /** The facts by which recipients are decided now. */
  InboundFacts facts() {
    if (source != null && allInScope) {
      return client.from(source);
    }
    return awaiting == null ? client : client.from(new TrueSource.Awaited(awaiting));
  }

  /**
   * The decision at RCPT.
   *
   * @param first no recipient was taken so far
   */
  InboundDecision atRecipient(
      Directory directory, String recipient, String recipientDomain, boolean first) {
    GatewayRules.Answer answer = attribution.gateway(directory, recipientDomain);
    Gateway through = answer instanceof GatewayRules.Answer.Through t ? t.gateway() : null;
    candidate = null;
    InboundDecision byConnection = attribution.decide(directory, client, recipientDomain);
    if (byConnection instanceof InboundDecision.Accept) {
      if (!first && awaiting != null) {
        return APART;
      }
      candidate = new Candidate(first, through, false, recipient);
      return byConnection;
    }
    if (answer instanceof GatewayRules.Answer.NotGood notGood) {
      return notGood.refusal();
    }
    if (through == null || !through.isFor(recipient)) {
      return byConnection;
    }
    InboundDecision bySource =
        attribution.decide(
            directory, client.from(new TrueSource.Awaited(through)), recipientDomain);
    if (!(bySource instanceof InboundDecision.Accept)) {
      return bySource;
    }
    if (!first && (awaiting == null || !awaiting.decidesAsFor(through))) {
      return APART;
    }
    candidate = new Candidate(first, through, true, recipient);
    return bySource;
  }

  /** The recipient that {@link #atRecipient} let in was taken. */
  public void taken() {
    Candidate taken = candidate;
    if (taken == null) {
      throw new IllegalStateException("no recipient was accepted");
    }
    candidate = null;
    Gateway through = taken.through();
    boolean inScope = through != null && through.isFor(taken.address());
    allInScope = inScope && (taken.first() || allInScope);
    gateway =
        taken.first() || (gateway != null && through != null && gateway.isSameAs(through))
            ? through
            : null;
    awaiting = taken.byItsSource() ? through : null;
  }

  /** The gateway of the recipient that {@link #atRecipient} let in last; null: none. */
  public @Nullable Gateway candidatesGateway() {
    return candidate == null ? null : candidate.through();
  }

  /** The message's header section is to be read for its source. */
  public boolean throughGateway() {
    return gateway != null;
  }

  /** Whether the group's connector is for the client itself, not for a source behind it. */
  public boolean isOfClient(RecipientGroup group) {
    return source == null || source.gateway().isOf(group.getOrganization(), group.getConnector());
  }

  /**
   * Finds the message's source, and decides about all recipients anew where it counts: when the
   * header section has come, and at the end of the message, by the directory of then.
   *
   * @param header the header section, at most 32 KiB
   * @param cut it was longer
   * @return null: all are accepted, or there is no gateway
   */
  public InboundDecision.@Nullable Refuse decide(
      Directory directory, AcceptedRecipients recipients, ByteString header, boolean cut) {
    Gateway through = gateway;
    if (through == null) {
      return null;
    }
    Gateway asked = awaiting;
    source = TrueSourceWalk.walk(through, client.clientIp(), header.toByteArray(), cut);
    if (!allInScope) {
      return null;
    }
    return recipients.decideAgain(
        domain ->
            asked == null || isStill(asked, directory, domain)
                ? attribution.decide(directory, domain)
                : CHANGED);
  }

  private boolean isStill(Gateway asked, Directory directory, String domain) {
    return attribution.gateway(directory, domain) instanceof GatewayRules.Answer.Through through
        && asked.decidesAsFor(through.gateway());
  }

  /** For trace and stamps; null: the client is the source, or the message has not come. */
  public io.postern.contracts.v1.@Nullable TrueSource recorded() {
    TrueSource found = source;
    if (found == null) {
      return null;
    }
    Builder record =
        io.postern.contracts.v1.TrueSource.newBuilder()
            .setRule(found.gateway().rule())
            .setInScope(allInScope)
            .setWhyNot(allInScope ? "" : "efUsers does not name all recipients");
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
