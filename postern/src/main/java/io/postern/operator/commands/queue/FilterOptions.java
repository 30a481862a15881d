package io.postern.operator.commands.queue;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Options that say which mail in the queue is meant: all hold that are given. */
final class FilterOptions {
  @Option(names = "--recipient-state", paramLabel = "STATE", description = "waiting or held")
  private String state = "";

  @Option(
      names = "--reason",
      paramLabel = "REASON",
      description = "reason, such as connect-failed, connector-removed")
  private String reason = "";

  @Option(names = "--route", paramLabel = "ROUTE", description = "such as mx:fabrikam.example")
  private String route = "";

  @Option(names = "--connector", paramLabel = "CONNECTOR", description = "the outbound connector")
  private String connector = "";

  @Option(
      names = "--organization",
      paramLabel = "ORGANIZATION",
      description = "organization whose connectors decide")
  private String organization = "";

  @Option(names = "--from", paramLabel = "ADDRESS", description = "envelope sender")
  private String from = "";

  @Option(names = "--from-domain", paramLabel = "DOMAIN", description = "the sender's domain")
  private String fromDomain = "";

  @Option(names = "--to", paramLabel = "ADDRESS", description = "envelope recipient")
  private String to = "";

  @Option(names = "--to-domain", paramLabel = "DOMAIN", description = "the recipient's domain")
  private String toDomain = "";

  @Option(names = "--older-than", paramLabel = "AGE", description = "accepted before: 2h, 3d")
  private String olderThan = "";

  @Option(names = "--newer-than", paramLabel = "AGE", description = "accepted since: 2h, 3d")
  private String newerThan = "";

  /** The options that were given, by their names in the API. */
  Map<String, String> given() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("state", state);
    all.put("reason", reason);
    all.put("route", route);
    all.put("connector", connector);
    all.put("organization", organization);
    all.put("from", from);
    all.put("fromDomain", fromDomain);
    all.put("to", to);
    all.put("toDomain", toDomain);
    all.put("olderThan", olderThan);
    all.put("newerThan", newerThan);
    all.values().removeIf(String::isEmpty);
    return all;
  }
}
