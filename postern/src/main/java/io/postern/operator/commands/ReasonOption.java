package io.postern.operator.commands;

import picocli.CommandLine.Option;

/** The reason of a change, as the record of changes keeps it; a mixin. */
public final class ReasonOption {
  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "reason, for the record of changes; at most 1,000 characters")
  private String reason = "";

  public String text() {
    return reason;
  }
}
