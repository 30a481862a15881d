package io.postern.operator.commands.search;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.commandline.TextTable;
import io.postern.operator.api.ConsoleClient;
import io.postern.operator.connection.ConnectionOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Command that prints a report by day. */
@Command(
    name = "report",
    description = {
      "Prints a report by day; without a name, lists the reports.",
      "inbound and outbound: TLS by connector. blocked: mail held by a TLS requirement. "
          + "plaintext-domains: domains that received plaintext. report-only: what connectors in "
          + "report-only mode would have done."
    },
    mixinStandardHelpOptions = true)
public final class ReportCommand implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = OutputOption.ofTable();

  @Parameters(
      paramLabel = "REPORT",
      arity = "0..1",
      description =
          "inbound, outbound, blocked, plaintext-domains, failures, foreign-senders, "
              + "own-domains-elsewhere, refused, report-only")
  private @Nullable String name;

  @Option(
      names = "--organization",
      paramLabel = "ORGANIZATION",
      description = "organization of the mail")
  private String organization = "";

  @Option(
      names = "--since",
      paramLabel = "DAY",
      description = "first day, or 30d (default: ${DEFAULT-VALUE})")
  private String since = "7d";

  @Option(names = "--until", paramLabel = "DAY", description = "last day (default: today)")
  private String until = "";

  @Override
  public Integer call() throws Exception {
    ConsoleClient console = new ConsoleClient(connection.installation().console());
    String report = name;
    if (report == null) {
      JsonNode names = console.get("/reports", Map.of());
      output.print(names, () -> texts(names));
      return 0;
    }
    Map<String, String> query = new LinkedHashMap<>();
    query.put("organization", organization);
    query.put("since", since);
    query.put("until", until);
    JsonNode table = console.get("/reports/" + ConsoleClient.encoded(report), query);
    List<List<String>> rows = new ArrayList<>();
    table.path("rows").forEach(row -> rows.add(texts(row)));
    output.printTable(table, new TextTable(texts(table.path("columns")), rows));
    if (table.path("cut").asBoolean()) {
      output.note("there are more rows: use fewer days");
    }
    return 0;
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(each -> texts.add(each.asText()));
    return texts;
  }
}
