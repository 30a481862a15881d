package io.postern.rules;

import java.util.List;

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

  /** Of an inbound or outbound connector. */
  public static Condition enabled(boolean enabled) {
    return Condition.of(
        "enabled",
        "true",
        Boolean.toString(enabled),
        enabled,
        enabled ? "the connector is enabled" : "the connector is not enabled");
  }

  /** The same. */
  public static Condition mode(boolean reportsOnly) {
    return Condition.of(
        "mode",
        "enforce",
        reportsOnly ? "reportOnly" : "enforce",
        !reportsOnly,
        reportsOnly
            ? "the connector is in report-only mode"
            : "the connector's decisions are in force");
  }

  /** The first few of texts that a peer has sent or an administrator has written at length. */
  public static String listed(List<String> texts) {
    int shown = Math.min(3, texts.size());
    return String.join(", ", texts.subList(0, shown))
        + (texts.size() > shown ? " and " + (texts.size() - shown) + " more" : "");
  }

  public boolean notMet() {
    return state == State.NOT_MET;
  }
}
