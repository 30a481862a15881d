package io.postern.rules.inbound;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.ConnectorType;
import io.postern.rules.Condition;
import io.postern.rules.Directory;
import io.postern.rules.ExplainedConnector;
import io.postern.rules.ExplainedConnector.Effect;
import io.postern.rules.InboundEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A decision about one recipient in the session with the inbound connectors of one organization,
 * each with all of its conditions (docs/decisions/0059). {@link InboundRules} decides; the
 * conditions are those by which it does. A pure function; any thread. Some microseconds a
 * connector.
 *
 * @param decision as of {@link InboundRules#decide}
 */
public record ExplainedInbound(InboundDecision decision, List<ExplainedConnector> connectors) {

  /**
   * @param recipientDomain A-label
   * @param known as for {@link InboundRules#decide}; a verdict that it has not is UNKNOWN in the
   *     conditions
   * @param organization whose connectors are listed; none of another is named (G8)
   */
  public static ExplainedInbound of(
      Directory directory,
      InboundFacts facts,
      String recipientDomain,
      Function<VerdictQuestion, @Nullable CertificateVerdict> known,
      String organization) {
    InboundRules.Steps steps = InboundRules.steps(directory, facts, recipientDomain, known);
    Conditions all = new Conditions(steps, known);
    return new ExplainedInbound(
        steps.decision(), directory.index(organization).inbound.stream().map(all::of).toList());
  }

  /** One decision's. */
  private record Conditions(
      InboundRules.Steps steps, Function<VerdictQuestion, @Nullable CertificateVerdict> known) {

    ExplainedConnector of(InboundEntry entry) {
      List<Condition> conditions =
          switch (entry.connector.getConnectorType()) {
            case PARTNER -> partner(entry);
            case ON_PREMISES -> entry.certificateName.isEmpty() ? byAddress(entry) : byName(entry);
            case CONNECTOR_TYPE_UNSPECIFIED, UNRECOGNIZED ->
                List.of(
                    Condition.of(
                        "connectorType",
                        "partner or onPremises",
                        "unknown",
                        false,
                        "this version does not know the type"));
          };
      Effect effect = effect(entry);
      List<Condition> withPrecedence = new ArrayList<>(conditions);
      withPrecedence.add(precedence(entry, effect, conditions));
      return new ExplainedConnector(
          entry.organization(), entry.name(), true, effect, withPrecedence);
    }

    private List<Condition> partner(InboundEntry entry) {
      InboundConditions c = steps.conditions();
      List<Condition> conditions = new ArrayList<>();
      conditions.add(Condition.enabled(entry.connector.getEnabled()));
      conditions.add(Condition.mode(entry.reportsOnly()));
      boolean own = c.directory.accepts(entry.organization(), c.recipientDomain);
      conditions.add(
          Condition.of(
              "acceptedDomain",
              "an accepted domain of " + entry.organization(),
              c.recipientDomain,
              own,
              "the recipient's domain "
                  + c.recipientDomain
                  + (own ? " is" : " is not")
                  + " an accepted domain of "
                  + entry.organization()));
      conditions.add(c.senderDomains(entry));
      conditions.add(c.associatedAcceptedDomains(entry));
      conditions.add(c.requireTls(entry));
      conditions.add(
          entry.isForItsAddresses() ? c.senderIpAddresses(entry) : c.restrictToAddresses(entry));
      if (entry.demandsCertificate()) {
        conditions.add(c.certificateName(entry, RecipientRefusal.certificateRule(entry)));
        conditions.add(verdict(entry, c.presented(entry) != null));
      } else {
        conditions.add(noCertificate());
      }
      conditions.add(InboundConditions.blocked(entry));
      return conditions;
    }

    private List<Condition> byAddress(InboundEntry entry) {
      InboundConditions c = steps.conditions();
      List<Condition> conditions = new ArrayList<>();
      conditions.add(Condition.enabled(entry.connector.getEnabled()));
      conditions.add(Condition.mode(entry.reportsOnly()));
      InboundConditions.Counting counting = c.countingByAddress(entry);
      conditions.add(c.senderIpAddresses(entry));
      conditions.add(c.addressCounts(entry, counting));
      if (counting != null) {
        conditions.add(c.associatedWith(entry, counting.domain()));
      }
      conditions.add(c.requireTls(entry));
      conditions.add(
          counting != null && counting.byCertificate() ? verdict(entry, true) : noCertificate());
      addSender(entry, conditions);
      conditions.add(InboundConditions.blocked(entry));
      return conditions;
    }

    private List<Condition> byName(InboundEntry entry) {
      InboundConditions c = steps.conditions();
      CertificateFit fit = CertificateFit.of(c.directory, entry, c.facts.certificateNames());
      List<Condition> conditions = new ArrayList<>();
      conditions.add(Condition.enabled(entry.connector.getEnabled()));
      conditions.add(Condition.mode(entry.reportsOnly()));
      conditions.add(c.certificateName(entry, RecipientRefusal.CERTIFICATE_NAME));
      InboundConditions.Counting counting = c.countingByName(entry, fit);
      if (fit.presented() != null) {
        conditions.add(c.certificateCounts(entry, fit, counting));
      }
      if (counting != null) {
        conditions.add(c.associatedWith(entry, counting.domain()));
      }
      conditions.add(c.requireTls(entry));
      conditions.add(
          verdict(entry, counting != null && entry.servesAcceptedDomain(counting.domain())));
      addSender(entry, conditions);
      conditions.add(InboundConditions.blocked(entry));
      return conditions;
    }

    /** Of mail to the outside from another organization's domain. */
    private void addSender(InboundEntry entry, List<Condition> conditions) {
      InboundConditions c = steps.conditions();
      AnothersSender another = c.isToOutside() ? AnothersSender.of(c, entry.organization()) : null;
      if (another != null) {
        conditions.add(another.condition(c));
      }
    }

    private static Condition noCertificate() {
      return Condition.notNeeded(
          RecipientRefusal.CERTIFICATE_NAME, "", "the connector does not use a certificate");
    }

    private Condition verdict(InboundEntry entry, boolean named) {
      if (!named) {
        return Condition.notNeeded(
            "verdict",
            "",
            "the certificate does not match the connector, so its chain is not " + "checked");
      }
      return switch (ChainJudgement.of(
          steps.conditions(), entry, known, RecipientRefusal.certificateRule(entry))) {
        case ChainJudgement.Question question ->
            Condition.unknown("verdict", "good", "not checked: the decision does not depend on it");
        case ChainJudgement.Good good ->
            Condition.of("verdict", "good", good.verdict(), true, "the certificate chain is good");
        case ChainJudgement.NotGood(RecipientRefusal refusal) ->
            Condition.of("verdict", "good", refusal.verdict(), false, refusal.chain());
      };
    }

    private Effect effect(InboundEntry entry) {
      Effect effect = effect(entry, steps.own());
      return effect == Effect.NONE ? effect(entry, steps.partners()) : effect;
    }

    private static Effect effect(InboundEntry entry, @Nullable InboundDecision decision) {
      if (decision == null
          || !decision.organization().equals(entry.organization())
          || !decision.connector().equals(entry.name())) {
        return Effect.NONE;
      }
      return decision instanceof InboundDecision.Accept ? Effect.TAKES : Effect.REFUSES;
    }

    private Condition precedence(InboundEntry entry, Effect effect, List<Condition> conditions) {
      if (effect != Effect.NONE) {
        return Condition.of("precedence", "first", "first", true, "no connector before it decided");
      }
      if (conditions.stream().anyMatch(Condition::notMet)) {
        return Condition.notNeeded("precedence", "", "an earlier condition is not met");
      }
      String before = before(entry);
      return Condition.of("precedence", "first", before, false, before + " decided earlier");
    }

    /** The connector that decided in place of this one, if its organization may know it (G8). */
    private String before(InboundEntry entry) {
      if (entry.usable(ConnectorType.ON_PREMISES)
          && steps.originating() instanceof OriginatingConnector.Tie) {
        return "none: the certificate matches several organizations equally";
      }
      for (InboundDecision decision :
          entry.usable(ConnectorType.PARTNER)
              ? new @Nullable InboundDecision[] {steps.partners(), steps.own()}
              : new @Nullable InboundDecision[] {steps.own()}) {
        if (decision != null
            && decision.organization().equals(entry.organization())
            && !decision.connector().isEmpty()) {
          return decision.connector();
        }
      }
      return "another connector";
    }
  }
}
