package io.postern.operator.commands.search;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.commandline.TextTable;
import io.postern.operator.api.ConsoleClient;
import io.postern.operator.commands.PeriodOptions;
import io.postern.operator.connection.ConnectionOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Command that searches messages and refusals. */
@Command(
    name = "messages",
    description = {
      "Lists messages and refusals that match all options, newest first.",
      "`postern why` shows one of them completely. Exit code 0: found, 1: none."
    },
    mixinStandardHelpOptions = true)
public final class Messages implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private PeriodOptions period = new PeriodOptions();
  @Mixin private OutputOption<JsonNode> output = OutputOption.ofTable();

  @Option(names = "--from", paramLabel = "ADDRESS", description = "envelope sender")
  private String from = "";

  @Option(names = "--from-domain", paramLabel = "DOMAIN", description = "the sender's domain")
  private String fromDomain = "";

  @Option(names = "--to", paramLabel = "ADDRESS", description = "envelope recipient")
  private String to = "";

  @Option(names = "--to-domain", paramLabel = "DOMAIN", description = "a recipient's domain")
  private String toDomain = "";

  @Option(names = "--message-id", paramLabel = "ID", description = "with its angle brackets")
  private String messageId = "";

  @Option(names = "--ip", paramLabel = "ADDRESS", description = "of the client, or a range")
  private String ip = "";

  @Option(names = "--connector", paramLabel = "CONNECTOR", description = "inbound or outbound")
  private String connector = "";

  @Option(
      names = "--organization",
      paramLabel = "ORGANIZATION",
      description = "organization that may read it")
  private String organization = "";

  @Option(
      names = "--tls",
      paramLabel = "TLS",
      description =
          "of the session (none, TLSv1.2, TLSv1.3), of the last attempt (required, opportunistic, "
              + "plaintext, refused, not-sent, none-yet), or a TLS result")
  private String tls = "";

  @Option(names = "--reason", paramLabel = "REASON", description = "last reason of a recipient")
  private String reason = "";

  @Option(
      names = "--recipient-state",
      paramLabel = "STATE",
      description = "waiting, held, delivered, failed, expired or cancelled")
  private String state = "";

  @Option(
      names = "--rule",
      paramLabel = "RULE",
      description = "rule that refused, such as " + "requireTls")
  private String rule = "";

  @Option(
      names = "--reported-connector",
      paramLabel = "NAME",
      description = "connector in report-only mode that would have decided")
  private String reportedConnector = "";

  @Option(
      names = "--reported-result",
      paramLabel = "RESULT",
      description = "what it would have done: accepted, refused, met, missed or unknown")
  private String reportedResult = "";

  @Option(
      names = "--reported-rule",
      paramLabel = "RULE",
      description = "rule by which it would have refused, or reason why TLS would have missed")
  private String reportedRule = "";

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      description = "messages, refusals or all (default: ${DEFAULT-VALUE})")
  private String kind = "all";

  @Option(
      names = "--limit",
      paramLabel = "NUMBER",
      description = "entries (default: ${DEFAULT-VALUE}, at most 500)")
  private int limit = 50;

  @Override
  public Integer call() throws Exception {
    Map<String, String> query = new LinkedHashMap<>();
    query.put("from", from);
    query.put("fromDomain", fromDomain);
    query.put("to", to);
    query.put("toDomain", toDomain);
    query.put("messageId", messageId);
    query.put("ip", ip);
    query.put("connector", connector);
    query.put("organization", organization);
    query.put("tls", tls);
    query.put("reason", reason);
    query.put("state", state);
    query.put("rule", rule);
    query.put("reportedConnector", reportedConnector);
    query.put("reportedResult", reportedResult);
    query.put("reportedRule", reportedRule);
    query.put("kind", kind);
    period.putInto(query);
    query.put("limit", Integer.toString(limit));
    JsonNode found = new ConsoleClient(connection.installation().console()).get("/messages", query);
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode entry : found.path("found")) {
      rows.addAll(
          entry.has("message")
              ? message(entry.path("at").asText(), entry.path("message"))
              : List.of(refusal(entry.path("at").asText(), entry.path("refusal"))));
    }
    output.printTable(
        found, new TextTable(List.of("time", "id", "from", "to", "state", "tls", "reason"), rows));
    if (found.has("next")) {
      output.note("there are more: give a larger --limit, or a narrower search");
    }
    return rows.isEmpty() ? 1 : 0;
  }

  /** A row a recipient. */
  private static List<List<String>> message(String at, JsonNode message) {
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode recipient : message.path("recipients")) {
      rows.add(
          List.of(
              at,
              message.path("queueId").asText(),
              "<" + message.path("from").asText() + ">",
              recipient.path("address").asText(),
              recipient.path("state").asText(),
              recipient.path("token").asText(message.path("tls").asText()),
              recipient.path("reason").asText("")));
    }
    return rows;
  }

  private static List<String> refusal(String at, JsonNode refusal) {
    long count = refusal.path("count").asLong(1);
    return List.of(
        at,
        refusal.path("reference").asText("-"),
        "<" + refusal.path("from").asText() + ">",
        refusal.path("to").asText("-"),
        "refused" + (count > 1 ? " (" + count + ")" : ""),
        refusal.path("tls").asText(""),
        refusal.path("code").asText() + " " + refusal.path("rule").asText());
  }
}
