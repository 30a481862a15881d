package io.postern.operator.trace;

import io.postern.contracts.v1.SessionFacts;
import io.postern.contracts.v1.TrueSource;
import java.util.List;

/** The line of a trace about the source behind a gateway (docs/guides/gateways.md). */
final class SourceLine {
  private SourceLine() {}

  /** None where the client is no gateway. */
  static List<String> of(SessionFacts session) {
    if (!session.hasTrueSource()) {
      return List.of();
    }
    TrueSource source = session.getTrueSource();
    String host =
        source.getIp().isEmpty()
            ? "unknown"
            : source.getIp()
                + (source.getGreeting().isEmpty() ? "" : " (" + source.getGreeting() + ")")
                + ", named by "
                + source.getGateway();
    return List.of(
        "source     "
            + host
            + "; "
            + source.getRule()
            + " skipped "
            + source.getSkipped()
            + (source.getSkipped() == 1 ? " host" : " hosts")
            + (source.getWhyNot().isEmpty() ? "" : "; " + source.getWhyNot()));
  }
}
