package io.postern.rules;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.rules.RecordedFacts.Header;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The decision about a recorded session again, in the directory of then or in another one
 * (docs/decisions/0051), the source behind a gateway included (docs/behind-a-gateway.md). It asks
 * as the session does: by the connection, then, of a recipient whom only the source can let in, by
 * the source; where all recipients are in a gateway's scope, the source counts for each. A
 * recipient that would have to come in another mail is decided as if it had. Pure; any thread. Some
 * ten microseconds.
 */
public final class RecordedDecision {
  private final Directory directory;
  private final RecordedFacts recorded;
  private final Function<VerdictQuestion, @Nullable CertificateVerdict> known;

  private RecordedDecision(
      Directory directory,
      RecordedFacts recorded,
      Function<VerdictQuestion, @Nullable CertificateVerdict> known) {
    this.directory = directory;
    this.recorded = recorded;
    this.known = known;
  }

  /**
   * @param recipient an address of the record; of a count the domain alone
   * @param known as for {@link InboundRules#decide}
   * @return empty: it depends on the header section, or on a local part, that the record has not
   */
  public static Optional<InboundDecision> decide(
      Directory directory,
      RecordedFacts recorded,
      String recipient,
      Function<VerdictQuestion, @Nullable CertificateVerdict> known) {
    return new RecordedDecision(directory, recorded, known).decide(recipient);
  }

  private Optional<InboundDecision> decide(String recipient) {
    InboundDecision byConnection = by(recorded.facts(), recipient);
    if (byConnection instanceof InboundDecision.Accept) {
      return accepted(recipient, byConnection);
    }
    return switch (gateway(recipient)) {
      case GatewayRules.Answer.None none -> Optional.of(byConnection);
      case GatewayRules.Answer.NotGood notGood -> Optional.of(notGood.refusal());
      case GatewayRules.Answer.Question needed ->
          Optional.of(new InboundDecision.VerdictNeeded(needed.question()));
      case GatewayRules.Answer.Through through ->
          bySource(through.gateway(), recipient, byConnection);
    };
  }

  /** The connection lets the recipient in: a source that counts for all may still be refused. */
  private Optional<InboundDecision> accepted(String recipient, InboundDecision byConnection) {
    Header header = recorded.header();
    if (header == null) {
      return acceptedWithoutHeader(recipient, byConnection);
    }
    Gateway gateway = null;
    for (String each : recorded.recipients()) {
      GatewayRules.Answer answer = gateway(each);
      if (answer instanceof GatewayRules.Answer.Question needed) {
        return Optional.of(new InboundDecision.VerdictNeeded(needed.question()));
      }
      if (!(answer instanceof GatewayRules.Answer.Through(Gateway its))
          || !its.isFor(each)
          || (gateway != null && !gateway.isSameAs(its))) {
        return Optional.of(byConnection);
      }
      gateway = its;
    }
    return gateway == null
        ? Optional.of(byConnection)
        : Optional.of(by(recorded.facts().from(source(gateway, header)), recipient));
  }

  private Optional<InboundDecision> acceptedWithoutHeader(
      String recipient, InboundDecision byConnection) {
    return switch (gateway(recipient)) {
      case GatewayRules.Answer.Question needed ->
          Optional.of(new InboundDecision.VerdictNeeded(needed.question()));
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

  private Optional<InboundDecision> bySource(
      Gateway gateway, String recipient, InboundDecision byConnection) {
    if (!gateway.isFor(recipient)) {
      return isAddress(recipient) ? Optional.of(byConnection) : Optional.empty();
    }
    InboundDecision awaited = by(recorded.facts().from(new TrueSource.Awaited(gateway)), recipient);
    if (!(awaited instanceof InboundDecision.Accept)) {
      return Optional.of(awaited);
    }
    Header header = recorded.header();
    return header == null
        ? Optional.empty()
        : Optional.of(by(recorded.facts().from(source(gateway, header)), recipient));
  }

  private TrueSource source(Gateway gateway, Header header) {
    return TrueSourceWalk.walk(
        gateway, recorded.facts().clientIp(), header.block().toByteArray(), header.cut());
  }

  private GatewayRules.Answer gateway(String recipient) {
    return GatewayRules.find(directory, recorded.facts(), domain(recipient), known);
  }

  private InboundDecision by(InboundFacts facts, String recipient) {
    return InboundRules.decide(directory, facts, domain(recipient), known);
  }

  private static boolean isAddress(String recipient) {
    return recipient.indexOf('@') >= 0;
  }

  private static String domain(String recipient) {
    if (!isAddress(recipient)) {
      return recipient;
    }
    String domain = RecordedFacts.domain(recipient);
    return domain == null ? "" : domain;
  }
}
