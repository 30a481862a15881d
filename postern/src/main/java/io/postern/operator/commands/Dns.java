package io.postern.operator.commands;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.CertificatesClient;
import io.postern.operator.connection.ConnectionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Command that shows the records that a domain of ours needs, and those that it has. */
@Command(
    name = "dns",
    description = {
      "Shows the DNS records that a domain or MX host of the installation needs, and those it has, "
          + "as lines for its zone",
      "file: MX, addresses, DNSSEC, TLSA of current and coming keys, MTA-STS, TLS-RPT.",
      "Exit code 0: everything is published, 1: records are missing or wrong."
    },
    mixinStandardHelpOptions = true)
public final class Dns implements Callable<Integer> {
  private static final Set<String> QUIET = Set.of("ok", "not-set");

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = new OutputOption<>();

  @Parameters(
      index = "0",
      paramLabel = "DOMAIN",
      description = "an accepted domain, or an MX host of the installation")
  private String domain = "";

  @Override
  public Integer call() throws Exception {
    JsonNode report = new CertificatesClient(connection.installation().certificates()).dns(domain);
    output.print(report, () -> lines(report));
    return report.path("ok").asBoolean() ? 0 : 1;
  }

  static List<String> lines(JsonNode report) {
    if (report.has("detail")) {
      return List.of(report.path("detail").asText());
    }
    List<String> lines = new ArrayList<>();
    for (JsonNode row : report.path("rows")) {
      row(row, lines);
    }
    for (JsonNode coming : report.path("coming")) {
      coming(coming, lines);
    }
    lines.add(
        "all: "
            + (report.path("ok").asBoolean() ? "ok" : "NOT OK")
            + (report.path("dnssec").asText().equals("off")
                ? ", not validated (postern.dns.dnssec is off, or the DNS servers pass no signatures on)"
                : ""));
    return lines;
  }

  private static void row(JsonNode row, List<String> lines) {
    String state = row.path("state").asText();
    lines.add(
        "%-6s  %-6s  %s%s%s"
            .formatted(
                QUIET.contains(state) ? "ok" : "NOT OK",
                row.path("type").asText(),
                row.path("name").asText(),
                state.equals("ok") ? "" : ": " + state,
                row.path("proven").asBoolean() ? " (proven)" : ""));
    row.path("published").forEach(each -> lines.add("    is      " + each.asText()));
    row.path("add").forEach(each -> lines.add("    add     " + each.asText()));
    row.path("remove").forEach(each -> lines.add("    remove  " + each.asText()));
    if (!row.path("note").asText().isEmpty()) {
      lines.add("    " + row.path("note").asText());
    }
  }

  private static void coming(JsonNode coming, List<String> lines) {
    String from = coming.path("from").asText("");
    lines.add("coming certificate, sha256 " + coming.path("sha256").asText());
    lines.add(
        "    "
            + (from.isEmpty() ? "it must NOT BE presented yet" : "may be presented from " + from)
            + ": "
            + coming.path("note").asText());
    if (coming.path("tooEarly").asBoolean()) {
      lines.add("    NOT OK: it is planned for " + coming.path("planned").asText());
    }
  }
}
