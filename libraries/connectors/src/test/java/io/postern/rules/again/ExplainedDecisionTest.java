package io.postern.rules.again;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.Direction;
import io.postern.contracts.v1.RequireTls;
import io.postern.rules.Condition;
import io.postern.rules.Directory;
import io.postern.rules.ExplainedConnector;
import io.postern.rules.ExplainedConnector.Effect;
import io.postern.rules.OutboundMail;
import io.postern.rules.RandomDirectories;
import io.postern.rules.RulePropertiesTest;
import io.postern.rules.inbound.ExplainedInbound;
import io.postern.rules.inbound.InboundDecision;
import io.postern.rules.inbound.InboundFacts;
import io.postern.rules.inbound.InboundRules;
import io.postern.rules.outbound.ExplainedOutbound;
import io.postern.rules.outbound.OutboundDecision;
import io.postern.rules.outbound.OutboundRules;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Explanations against decisions, over 10,000 random directories and sessions: what is explained is
 * what is decided, and no condition contradicts it.
 */
class ExplainedDecisionTest {
  private static final int ROUNDS = 10_000;
  private static final List<String> ORGANIZATIONS = List.of("contoso", "fabrikam");

  private final RandomDirectories random = new RandomDirectories(11);

  @Test
  void inboundTheConnectorThatTakesMeetsAllTheOneThatRefusesNotAndTheOthersMissOne() {
    int[] seen = new int[Effect.values().length];
    int precedence = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Directory directory = Directory.of(random.objects(), 1, Map.of());
      InboundFacts facts = random.facts();
      String recipient = random.recipient();
      Function<VerdictQuestion, @Nullable CertificateVerdict> known = random.verdict();
      InboundDecision decided = InboundRules.decide(directory, facts, recipient, known);
      for (String organization : ORGANIZATIONS) {
        ExplainedInbound explained =
            ExplainedInbound.of(directory, facts, recipient, known, organization);
        String context = "round " + round + ", " + facts + ", " + explained;
        assertThat(RulePropertiesTest.text(explained.decision()))
            .as(context)
            .isEqualTo(RulePropertiesTest.text(decided));
        for (ExplainedConnector connector : explained.connectors()) {
          seen[connector.effect().ordinal()]++;
          assertThat(connector.organization()).isEqualTo(organization);
          switch (connector.effect()) {
            case TAKES ->
                assertThat(connector.conditions())
                    .as(context)
                    .allMatch(
                        c ->
                            c.state() == Condition.State.MET
                                || c.state() == Condition.State.NOT_NEEDED);
            case REFUSES ->
                assertThat(connector.conditions())
                    .as(context)
                    .anyMatch(c -> c.notMet() && isWhy(decided, c));
            case NONE -> {
              assertThat(connector.notMet()).as(context).isPositive();
              precedence += connector.conditions().getLast().notMet() ? 1 : 0;
            }
          }
        }
        assertThat(explained.connectors().stream().filter(c -> c.effect() != Effect.NONE))
            .as(context)
            .hasSizeLessThanOrEqualTo(2);
        assertThat(taking(explained.connectors()))
            .as(context)
            .containsAll(by(decided, organization));
      }
    }
    assertThat(Arrays.stream(seen)).as("seed 11").allMatch(count -> count > 500);
    assertThat(precedence).as("seed 11").isGreaterThan(100);
  }

  @Test
  void outboundOnlyTheChosenConnectorMeetsAllConditions() {
    int taken = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Directory directory = Directory.of(random.objects(), 1, Map.of());
      String recipient = random.recipient();
      boolean provenServer = round % 2 == 0;
      OutboundDecision decided =
          OutboundRules.decide(
              directory,
              new OutboundMail(
                  "contoso",
                  Direction.ORIGINATING,
                  "",
                  "info",
                  recipient,
                  RequireTls.REQUIRE_TLS_UNSPECIFIED,
                  provenServer,
                  null));
      ExplainedOutbound explained =
          ExplainedOutbound.of(
              directory,
              new OutboundMail(
                  "contoso",
                  Direction.ORIGINATING,
                  "",
                  "info",
                  recipient,
                  RequireTls.REQUIRE_TLS_UNSPECIFIED,
                  provenServer,
                  null));
      String context = "round " + round + ", " + recipient + ", " + explained;
      assertThat(explained.decision()).hasToString(decided.toString());
      for (ExplainedConnector connector : explained.connectors()) {
        boolean takes = connector.effect() == Effect.TAKES;
        taken += takes ? 1 : 0;
        assertThat(connector.notMet() == 0).as(context).isEqualTo(takes);
      }
      if (decided instanceof OutboundDecision.Deliver deliver && !deliver.connector().isEmpty()) {
        assertThat(taking(explained.connectors())).as(context).containsExactly(deliver.connector());
      }
    }
    assertThat(taken).as("seed 11").isGreaterThan(1_000);
  }

  /** The refusing condition: the rule's own, or that of the chain. */
  private static boolean isWhy(InboundDecision decided, Condition condition) {
    return !(decided instanceof InboundDecision.Refuse refuse)
        || refuse.connector().isEmpty()
        || condition.parameter().equals(refuse.verdict().isEmpty() ? refuse.rule() : "verdict");
  }

  private static List<String> taking(List<ExplainedConnector> connectors) {
    return connectors.stream()
        .filter(c -> c.effect() == Effect.TAKES)
        .map(ExplainedConnector::name)
        .toList();
  }

  private static List<String> by(InboundDecision decided, String organization) {
    return decided instanceof InboundDecision.Accept accept
            && accept.organization().equals(organization)
            && !accept.connector().isEmpty()
        ? List.of(accept.connector())
        : List.of();
  }
}
