package io.postern.operator.commands;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.CertificatesClient;
import io.postern.operator.connection.ConnectionOptions;
import io.postern.operator.connection.Installation;
import io.postern.operator.links.Links;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Command that shows our certificates, and those that end soon. */
@Command(
    name = "certificates",
    description = {
      "Lists the installation's certificates (current, coming, deprecated), and certificates that "
          + "expire soon:",
      "the installation's, partners', and trust anchors.",
      "Exit code 1: a certificate of the connections to Kafka expires within 45 days, or senders "
          + "refuse",
      "the mail hosts because of published DNS records (last check; postern dns DOMAIN checks "
          + "again)."
    },
    mixinStandardHelpOptions = true)
public final class Certificates implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<Result> output = new OutputOption<>();

  @Option(
      names = "--within",
      paramLabel = "DAYS",
      description = "certificates that expire within this many days (default: ${DEFAULT-VALUE})")
  private int days = 60;

  /**
   * @param own as {@code /certificates.json} has them
   * @param total of those that end within the days; {@code expiring} has the first of them
   * @param records as {@code /api/v1/dns} has them
   * @param expiring as {@code /api/v1/expiring-certificates} has them
   */
  record Result(
      JsonNode own, int withinDays, int total, JsonNode expiring, JsonNode records, Links links) {
    boolean refused() {
      for (JsonNode row : records.path("findings")) {
        if (row.path("state").asText().equals("refused")) {
          return true;
        }
      }
      return false;
    }

    List<String> lines() {
      List<String> lines = new ArrayList<>();
      for (JsonNode each : own) {
        lines.add(
            "%-10s %s %s, %s, to %s"
                .formatted(
                    each.path("state").asText(),
                    each.path("use").asText(),
                    each.path("name").asText(),
                    each.path("keyStrength").asText(),
                    each.path("validTo").asText()));
        lines.add("           sha256 " + each.path("sha256").asText());
      }
      lines.add("");
      lines.add("expire within %d days: %d".formatted(withinDays, total));
      for (JsonNode each : expiring) {
        lines.add(
            "%-7s %4d days  %s"
                .formatted(
                    each.path("kind").asText(),
                    each.path("daysLeft").asLong(),
                    each.path("subject").asText()));
        List<String> where = new ArrayList<>();
        each.path("where").forEach(place -> where.add(place.asText()));
        lines.add("                    " + String.join(", ", where));
      }
      records(lines);
      lines.addAll(links.lines());
      return lines;
    }

    private void records(List<String> lines) {
      String at = records.path("at").asText("");
      if (at.isEmpty()) {
        return; // postern.own.mx-hosts is not set, or the service has just started
      }
      lines.add("the installation's DNS records, checked at " + at);
      for (JsonNode row : records.path("findings")) {
        lines.add(
            "FINDING  %s %s: %s %s"
                .formatted(
                    row.path("type").asText(),
                    row.path("name").asText(),
                    row.path("state").asText(),
                    row.path("note").asText())
                .strip());
      }
    }
  }

  @Override
  public Integer call() throws Exception {
    Installation installation = connection.installation();
    CertificatesClient client = new CertificatesClient(installation.certificates());
    JsonNode own = client.published().path("certificates");
    JsonNode expiring = client.expiring(days);
    Result result =
        new Result(
            own,
            days,
            expiring.path("total").asInt(),
            expiring.path("certificates"),
            client.records(),
            links(installation));
    output.print(result, result::lines);
    return result.links().findings().isEmpty() && !result.refused() ? 0 : 1;
  }

  /** None where the context does not say how Kafka is reached. */
  private static Links links(Installation installation) throws Exception {
    return installation.setting("kafka.bootstrap.servers").isEmpty()
        ? new Links(Map.of(), List.of())
        : Links.of(installation.kafka(), Instant.now());
  }
}
