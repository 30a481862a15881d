package io.postern.console.watch;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.Explanation;
import io.postern.rules.Condition;
import io.postern.rules.ExplainedConnector;
import io.postern.rules.inbound.ExplainedInbound;
import java.util.Comparator;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * One condition of an inbound connector for a session.
 *
 * @param met the session meets it
 * @param state met, not-met, unknown: the decision did not need it; empty: the log has the sentence
 *     alone
 * @param expected the connector's value; empty: the log has the sentence alone
 * @param actual the session's; the same
 * @param detail a sentence
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@Schema(name = "ConnectorCondition")
public record ConditionView(
    String connector,
    String parameter,
    boolean met,
    String state,
    String expected,
    String actual,
    String detail) {
  private static final int MOST_CONNECTORS = 5;

  /** Those of one organization in a recorded explanation (G8): sentences alone. */
  static List<ConditionView> of(Explanation explanation, String organization) {
    String own = "inbound connector " + organization + "/";
    return explanation.getStepsList().stream()
        .filter(step -> step.getSubject().startsWith(own))
        .map(
            step ->
                new ConditionView(
                    step.getSubject().substring(own.length()),
                    step.getCondition(),
                    step.getMatched(),
                    "",
                    "",
                    "",
                    step.getDetail()))
        .toList();
  }

  /**
   * Those that decide, of the connector that decided and the {@value #MOST_CONNECTORS} nearest to
   * it, one organization's all.
   */
  static List<ConditionView> of(ExplainedInbound explained) {
    return explained.connectors().stream()
        .sorted(
            Comparator.comparing(
                    (ExplainedConnector c) -> c.effect() == ExplainedConnector.Effect.NONE)
                .thenComparing(ExplainedConnector::notMet))
        .limit(MOST_CONNECTORS)
        .flatMap(
            connector ->
                connector.conditions().stream()
                    .filter(condition -> condition.state() != Condition.State.NOT_NEEDED)
                    .map(condition -> of(connector.name(), condition)))
        .toList();
  }

  private static ConditionView of(String connector, Condition condition) {
    return new ConditionView(
        connector,
        condition.parameter(),
        condition.state() == Condition.State.MET,
        Spelling.hyphens(condition.state()),
        condition.expected(),
        condition.actual(),
        condition.sentence());
  }
}
