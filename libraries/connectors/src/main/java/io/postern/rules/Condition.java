package io.postern.rules;

/**
 * One condition of a connector for one mail, as an explanation shows it. Immutable.
 *
 * @param parameter the connector's, as in the directory file: {@code tlsSenderCertificateName},
 *     {@code requireTls}; or {@code acceptedDomain}, {@code verdict} (of the client's chain),
 *     {@code precedence} (no connector before it decided)
 * @param expected the connector's value
 * @param actual the fact
 * @param sentence for the administrator
 */
public record Condition(
    String parameter, String expected, String actual, State state, String sentence) {
  /** Whether the fact is as the connector wants it. */
  public enum State {
    MET,
    NOT_MET,
    /** The connector does not ask for it, or decides without it. */
    NOT_NEEDED,
    /** The fact is not there, and the decision did not depend on it. */
    UNKNOWN
  }

  public static Condition of(
      String parameter, String expected, String actual, boolean met, String sentence) {
    return new Condition(parameter, expected, actual, met ? State.MET : State.NOT_MET, sentence);
  }

  public static Condition notNeeded(String parameter, String actual, String sentence) {
    return new Condition(parameter, "", actual, State.NOT_NEEDED, sentence);
  }

  public static Condition unknown(String parameter, String expected, String sentence) {
    return new Condition(parameter, expected, "", State.UNKNOWN, sentence);
  }

  public boolean notMet() {
    return state == State.NOT_MET;
  }
}
