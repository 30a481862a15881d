package io.postern.rules;

import java.util.List;

/**
 * A connector beside one decision, with each of its conditions (docs/decisions/0059). Immutable.
 *
 * @param inbound false: an outbound connector
 * @param conditions in the order in which they are asked; the last is its {@code precedence}
 */
public record ExplainedConnector(
    String organization, String name, boolean inbound, Effect effect, List<Condition> conditions) {
  /** What the connector does to the mail. */
  public enum Effect {
    /** The mail comes in, or goes out, by it. */
    TAKES,
    REFUSES,
    /** A condition of it is not met. */
    NONE
  }

  public ExplainedConnector {
    conditions = List.copyOf(conditions);
  }

  /** How many conditions are not met. */
  public long notMet() {
    return conditions.stream().filter(Condition::notMet).count();
  }
}
