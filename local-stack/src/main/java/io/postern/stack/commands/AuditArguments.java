package io.postern.stack.commands;

import picocli.CommandLine.Option;

/** What can be said to an audit. */
final class AuditArguments {
  @Option(names = "--all", description = "with --audit: every alarm, not the first 20 of each kind")
  boolean all;

  @Option(names = "--json", description = "with --audit: for scripts")
  boolean json;

  @Option(
      names = "--look-again-after",
      paramLabel = "SECONDS",
      description =
          "with --audit: who is found nowhere or twice is an alarm if that is still so then (default: ${DEFAULT-VALUE})")
  int lookAgainAfter = 30;

  @Option(
      names = "--stuck-after",
      paramLabel = "SECONDS",
      description =
          "with --audit: how long beyond its time is too long (default: ${DEFAULT-VALUE})")
  int stuckAfter = 600;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      description = "with --audit: for reading the log (default: ${DEFAULT-VALUE})")
  int patience = 120;
}
