package io.postern.operator.commands;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.CertificatesClient;
import io.postern.operator.connection.ConnectionOptions;
import io.postern.operator.pem.PemFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Command that rehearses a change of a certificate. */
@Command(
    name = "rehearse",
    description = {
      "Shows the peers that would fail if a certificate (PEM) replaced one of the installation's, "
          + "or that of a known server.",
      "Exit code 0: no peer would fail, 1: at least one would."
    },
    mixinStandardHelpOptions = true)
public final class Rehearse implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = new OutputOption<>();

  @Parameters(
      index = "0",
      paramLabel = "PEM",
      description = "the new certificate with its chain; - is standard input")
  private Path pem = Path.of("");

  @Option(
      names = "--replaces",
      paramLabel = "SHA256",
      description = "the certificate that it replaces (default: the one with a matching name)")
  private String replaces = "";

  @Override
  public Integer call() throws Exception {
    JsonNode rehearsal =
        new CertificatesClient(connection.installation().certificates())
            .rehearse(PemFile.shown(pem), replaces);
    output.print(rehearsal, () -> lines(rehearsal));
    return rehearsal.path("result").asText().equals("fails") ? 1 : 0;
  }

  static List<String> lines(JsonNode rehearsal) {
    List<String> lines = new ArrayList<>();
    lines.add("replaces " + rehearsal.path("replaces").path("subject").asText());
    lines.add("         sha256 " + rehearsal.path("replaces").path("sha256").asText());
    rehearsal.path("differences").forEach(each -> lines.add("  " + each.asText()));
    for (JsonNode outcome : rehearsal.path("outcomes")) {
      lines.add(
          "%-6s %s".formatted(outcome.path("result").asText(), outcome.path("concerns").asText()));
      lines.add("       " + outcome.path("reason").asText());
    }
    lines.add("all: " + rehearsal.path("result").asText());
    return lines;
  }
}
