package io.postern.operator.commands;

import java.util.Map;
import picocli.CommandLine.Option;

/** The period of a search; a mixin. */
public final class PeriodOptions {
  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "2d, 4h, 30m, a day or a time (default: ${DEFAULT-VALUE})")
  private String since = "7d";

  @Option(names = "--until", paramLabel = "TIME", description = "in the same form")
  private String until = "";

  /** As parameters of the search. */
  public void putInto(Map<String, String> query) {
    query.put("since", since);
    query.put("until", until);
  }
}
