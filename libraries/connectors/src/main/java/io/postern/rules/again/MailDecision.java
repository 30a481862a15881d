package io.postern.rules.again;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;
import io.postern.rules.OutboundMail;
import io.postern.rules.RecordedHeader;
import io.postern.rules.gateway.Gateway;
import io.postern.rules.gateway.TrueSource;
import io.postern.rules.gateway.TrueSourceWalk;
import io.postern.rules.inbound.GatewayRules;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.InboundFacts;
import io.postern.rules.inbound.InboundRules;
import io.postern.rules.inbound.RecipientRules;
import io.postern.rules.outbound.OutboundDecision;
import io.postern.rules.outbound.OutboundRules;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The decisions about one recorded mail, in the directory of then or in another one
 * (docs/decisions/0051): for each recipient the one in the session and the one about its way out.
 * They are those of ingress-service and of the decider, the source behind a gateway
 * (docs/guides/gateways.md) and recipients that do not exist included: by the connection, then, of
 * a recipient whom only the source can let in, by the source; where all recipients are in a
 * gateway's scope, the source counts for each. A recipient that would have to come in another mail
 * is decided as if it had. Some ten microseconds a recipient, without the verdicts; the gateway of
 * a message is found once. One thread.
 */
public final class MailDecision {
  /**
   * The decision in the session.
   *
   * @param decision never {@link InboundDecision.VerdictNeeded}
   * @param facts by which it was made: with the source behind the gateway, where that counted
   */
  public record In(InboundDecision decision, InboundFacts facts) {}

  private final Directory directory;
  private final RecordedFacts recorded;
  private final Function<VerdictQuestion, @Nullable CertificateVerdict> verdicts;
  private final Map<String, GatewayRules.Answer> gateways = new HashMap<>(); // by domain
  private @Nullable InboundFacts ofAll; // with the source that counts for all recipients

  /**
   * @param verdicts answers each question, with UNKNOWN where there is no verdict; called for those
   *     on which a decision depends, and always with the same answer to the same question
   */
  public MailDecision(
      Directory directory,
      RecordedFacts recorded,
      Function<VerdictQuestion, @Nullable CertificateVerdict> verdicts) {
    this.directory = directory;
    this.recorded = recorded;
    this.verdicts = verdicts;
  }

  /**
   * The decision in the session.
   *
   * @param recipient an address of the record; of a count the domain alone, of which it is not
   *     known whether the recipient exists
   * @return empty: it depends on the header section, or on a local part, that the record has not
   */
  public Optional<In> in(String recipient) {
    return byRules(recipient)
        .map(
            in ->
                in.decision() instanceof InboundDecision.Accept accept
                        && isAddress(recipient)
                        && !recorded.returnsTo().containsKey(recipient)
                    ? new In(
                        RecipientRules.decide(
                            directory, accept, localPart(recipient), domain(recipient)),
                        in.facts())
                    : in);
  }

  /** The mail to a recipient that was accepted so, as the decider decides about it. */
  public OutboundMail mail(InboundDecision.Accept accept, String recipient) {
    String returnsTo = recorded.returnsTo().get(recipient);
    String to = returnsTo == null ? recipient : returnsTo;
    OutboundMail mail =
        new OutboundMail(
            accept.organization(),
            accept.direction(),
            recorded.reversePath(),
            localPart(to),
            domain(to),
            recorded.requireTls(),
            OutboundRules.provenServer(accept),
            recorded.header());
    return returnsTo == null ? mail : mail.returned();
  }

  /** Its next hop and requirement. */
  public OutboundDecision out(InboundDecision.Accept accept, String recipient) {
    return OutboundRules.decide(directory, mail(accept, recipient));
  }

  private Optional<In> byRules(String recipient) {
    In byConnection = by(recorded.facts(), recipient);
    if (byConnection.decision() instanceof InboundDecision.Accept) {
      return accepted(recipient, byConnection);
    }
    return switch (gateway(recipient)) {
      case GatewayRules.Answer.None none -> Optional.of(byConnection);
      case GatewayRules.Answer.NotGood notGood ->
          Optional.of(new In(notGood.refusal(), recorded.facts()));
      case GatewayRules.Answer.Through(Gateway gateway) ->
          bySource(gateway, recipient, byConnection);
      case GatewayRules.Answer.Question question -> throw unanswered();
    };
  }

  /** The connection lets the recipient in: a source that counts for all may still be refused. */
  private Optional<In> accepted(String recipient, In byConnection) {
    RecordedHeader header = recorded.header();
    if (header != null) {
      InboundFacts facts = ofAll(header);
      return Optional.of(facts == recorded.facts() ? byConnection : by(facts, recipient));
    }
    return gateway(recipient) instanceof GatewayRules.Answer.Through(Gateway gateway)
            && (!isAddress(recipient) || gateway.isFor(recipient))
        ? Optional.empty()
        : Optional.of(byConnection);
  }

  private InboundFacts ofAll(RecordedHeader header) {
    InboundFacts facts = ofAll;
    if (facts == null) {
      Gateway gateway = gatewayOfAll();
      facts = gateway == null ? recorded.facts() : by(gateway, header);
      ofAll = facts;
    }
    return facts;
  }

  /** The gateway through which all recipients come, with a source that counts for each of them. */
  private @Nullable Gateway gatewayOfAll() {
    Gateway gateway = null;
    for (String each : recorded.recipients()) {
      if (!(gateway(each) instanceof GatewayRules.Answer.Through(Gateway its))
          || !its.isFor(each)
          || gateway != null && !gateway.isSameAs(its)) {
        return null;
      }
      gateway = its;
    }
    return gateway;
  }

  private Optional<In> bySource(Gateway gateway, String recipient, In byConnection) {
    if (!gateway.isFor(recipient)) {
      return isAddress(recipient) ? Optional.of(byConnection) : Optional.empty();
    }
    In awaited = by(recorded.facts().from(new TrueSource.Awaited(gateway)), recipient);
    if (!(awaited.decision() instanceof InboundDecision.Accept)) {
      return Optional.of(awaited);
    }
    RecordedHeader header = recorded.header();
    return header == null ? Optional.empty() : Optional.of(by(by(gateway, header), recipient));
  }

  private InboundFacts by(Gateway gateway, RecordedHeader header) {
    return recorded
        .facts()
        .from(
            TrueSourceWalk.walk(
                gateway, recorded.facts().clientIp(), header.block().toByteArray(), header.cut()));
  }

  private In by(InboundFacts facts, String recipient) {
    InboundDecision decision = InboundRules.decide(directory, facts, domain(recipient), verdicts);
    if (decision instanceof InboundDecision.VerdictNeeded) {
      throw unanswered();
    }
    return new In(decision, facts);
  }

  private GatewayRules.Answer gateway(String recipient) {
    return gateways.computeIfAbsent(
        domain(recipient),
        domain -> GatewayRules.find(directory, recorded.facts(), domain, verdicts));
  }

  private static IllegalStateException unanswered() {
    return new IllegalStateException("each question has an answer");
  }

  private static boolean isAddress(String recipient) {
    return recipient.indexOf('@') >= 0;
  }

  private static String localPart(String recipient) {
    return recipient.substring(0, Math.max(0, recipient.lastIndexOf('@')));
  }

  private static String domain(String recipient) {
    String domain = isAddress(recipient) ? DomainNames.ofAddress(recipient) : recipient;
    return domain == null ? "" : domain;
  }
}
