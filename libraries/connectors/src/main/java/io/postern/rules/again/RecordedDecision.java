package io.postern.rules.again;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.names.DomainNames;
import io.postern.rules.Directory;
import io.postern.rules.RecordedHeader;
import io.postern.rules.gateway.Gateway;
import io.postern.rules.gateway.TrueSource;
import io.postern.rules.gateway.TrueSourceWalk;
import io.postern.rules.inbound.GatewayRules;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.InboundFacts;
import io.postern.rules.inbound.InboundRules;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The decisions about a recorded session again, in the directory of then or in another one
 * (docs/decisions/0051), the source behind a gateway included (docs/guides/gateways.md). It asks as
 * the session does: by the connection, then, of a recipient whom only the source can let in, by the
 * source; where all recipients are in a gateway's scope, the source counts for each. A recipient
 * that would have to come in another mail is decided as if it had. Some ten microseconds a
 * recipient; the gateway of a message is found once. One record and one state of the verdicts that
 * are known, one thread.
 */
public final class RecordedDecision {
  /**
   * A decision.
   *
   * @param facts by which it was made: with the source behind the gateway, where that counted
   */
  public record Decided(InboundDecision decision, InboundFacts facts) {}

  /**
   * The gateway through which all recipients come, with a source that counts for each of them.
   *
   * @param gateway null: there is none
   * @param needed the verdict on which that depends; null: none
   */
  private record MessageGateway(@Nullable Gateway gateway, @Nullable VerdictQuestion needed) {}

  private final Directory directory;
  private final RecordedFacts recorded;
  private final Function<VerdictQuestion, @Nullable CertificateVerdict> known;
  private final Map<String, GatewayRules.Answer> gateways = new HashMap<>(); // by domain
  private @Nullable MessageGateway ofAll;
  private @Nullable TrueSource source; // of the gateway of all

  /**
   * @param known as for {@link InboundRules#decide}, the same during the life of this
   */
  public RecordedDecision(
      Directory directory,
      RecordedFacts recorded,
      Function<VerdictQuestion, @Nullable CertificateVerdict> known) {
    this.directory = directory;
    this.recorded = recorded;
    this.known = known;
  }

  /**
   * @param recipient an address of the record; of a count the domain alone
   * @return empty: it depends on the header section, or on a local part, that the record has not
   */
  public Optional<Decided> decide(String recipient) {
    Decided byConnection = by(recorded.facts(), recipient);
    if (byConnection.decision() instanceof InboundDecision.Accept) {
      return accepted(recipient, byConnection);
    }
    return switch (gateway(recipient)) {
      case GatewayRules.Answer.None none -> Optional.of(byConnection);
      case GatewayRules.Answer.NotGood notGood ->
          Optional.of(new Decided(notGood.refusal(), recorded.facts()));
      case GatewayRules.Answer.Question(VerdictQuestion question) -> needed(question);
      case GatewayRules.Answer.Through through ->
          bySource(through.gateway(), recipient, byConnection);
    };
  }

  private Optional<Decided> needed(VerdictQuestion question) {
    return Optional.of(new Decided(new InboundDecision.VerdictNeeded(question), recorded.facts()));
  }

  /** The connection lets the recipient in: a source that counts for all may still be refused. */
  private Optional<Decided> accepted(String recipient, Decided byConnection) {
    RecordedHeader header = recorded.header();
    if (header == null) {
      return acceptedWithoutHeader(recipient, byConnection);
    }
    MessageGateway its = gatewayOfAll();
    if (its.needed() != null) {
      return needed(its.needed());
    }
    if (its.gateway() == null) {
      return Optional.of(byConnection);
    }
    if (source == null) {
      source = source(its.gateway(), header);
    }
    return Optional.of(by(recorded.facts().from(source), recipient));
  }

  private MessageGateway gatewayOfAll() {
    if (ofAll == null) {
      ofAll = findGatewayOfAll();
    }
    return ofAll;
  }

  private MessageGateway findGatewayOfAll() {
    Gateway gateway = null;
    for (String each : recorded.recipients()) {
      GatewayRules.Answer answer = gateway(each);
      if (answer instanceof GatewayRules.Answer.Question(VerdictQuestion question)) {
        return new MessageGateway(null, question);
      }
      if (!(answer instanceof GatewayRules.Answer.Through(Gateway its))
          || !its.isFor(each)
          || (gateway != null && !gateway.isSameAs(its))) {
        return new MessageGateway(null, null);
      }
      gateway = its;
    }
    return new MessageGateway(gateway, null);
  }

  private Optional<Decided> acceptedWithoutHeader(String recipient, Decided byConnection) {
    return switch (gateway(recipient)) {
      case GatewayRules.Answer.Question(VerdictQuestion question) -> needed(question);
      case GatewayRules.Answer.Through(Gateway its) when mayBeFor(its, recipient) ->
          Optional.empty();
      case GatewayRules.Answer.Through through -> Optional.of(byConnection);
      case GatewayRules.Answer.None none -> Optional.of(byConnection);
      case GatewayRules.Answer.NotGood notGood -> Optional.of(byConnection);
    };
  }

  /** Of a domain alone it is not known whether the gateway is for its recipient. */
  private static boolean mayBeFor(Gateway gateway, String recipient) {
    return !isAddress(recipient) || gateway.isFor(recipient);
  }

  private Optional<Decided> bySource(Gateway gateway, String recipient, Decided byConnection) {
    if (!gateway.isFor(recipient)) {
      return isAddress(recipient) ? Optional.of(byConnection) : Optional.empty();
    }
    Decided awaited = by(recorded.facts().from(new TrueSource.Awaited(gateway)), recipient);
    if (!(awaited.decision() instanceof InboundDecision.Accept)) {
      return Optional.of(awaited);
    }
    RecordedHeader header = recorded.header();
    return header == null
        ? Optional.empty()
        : Optional.of(by(recorded.facts().from(source(gateway, header)), recipient));
  }

  private TrueSource source(Gateway gateway, RecordedHeader header) {
    return TrueSourceWalk.walk(
        gateway, recorded.facts().clientIp(), header.block().toByteArray(), header.cut());
  }

  private GatewayRules.Answer gateway(String recipient) {
    return gateways.computeIfAbsent(
        domain(recipient), domain -> GatewayRules.find(directory, recorded.facts(), domain, known));
  }

  private Decided by(InboundFacts facts, String recipient) {
    return new Decided(InboundRules.decide(directory, facts, domain(recipient), known), facts);
  }

  private static boolean isAddress(String recipient) {
    return recipient.indexOf('@') >= 0;
  }

  private static String domain(String recipient) {
    if (!isAddress(recipient)) {
      return recipient;
    }
    String domain = DomainNames.ofAddress(recipient);
    return domain == null ? "" : domain;
  }
}
