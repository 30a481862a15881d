package io.postern.operator.commands.connectors;

import picocli.CommandLine.Option;

/** The options of every command that changes a connector; a mixin. */
final class ChangeOptions {
  @Option(names = "--dry-run", description = "shows the difference only")
  boolean dryRun;

  @Option(names = "--yes", description = "makes changes without asking")
  boolean yes;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "reason, for the record of changes; at most 1,000 characters")
  String reason = "";
}
