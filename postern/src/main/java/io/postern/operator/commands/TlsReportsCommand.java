package io.postern.operator.commands;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.TlsReportsClient;
import io.postern.operator.connection.ConnectionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Command that shows reports about TLS that others have sent us, or those that we have sent. */
@Command(
    name = "tls-reports",
    description = {
      "Shows what other senders report about TLS with the installation's mail hosts (RFC 8460), "
          + "newest first.",
      "Reports are not authenticated: the DKIM signature is not verified.",
      "With --sent: the reports sent in the last three days, for operators.",
      "Exit code 1: a report has failures."
    },
    mixinStandardHelpOptions = true)
public final class TlsReportsCommand implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<Document> output = new OutputOption<>();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "DOMAIN",
      description = "of this domain and its hosts (default: all)")
  private String domain = "";

  @Option(
      names = "--days",
      paramLabel = "DAYS",
      description = "received within this many days (default: ${DEFAULT-VALUE})")
  private int days = 30;

  @Option(names = "--sent", description = "shows the reports that were sent")
  private boolean sent;

  /** Of either kind of reports. */
  sealed interface Document permits Sent, Result {}

  /**
   * @param sent as {@code /api/v1/tls-reports/sent} has them
   */
  record Sent(JsonNode sent) implements Document {
    List<String> lines() {
      List<String> lines = new ArrayList<>();
      for (JsonNode report : sent) {
        lines.add(
            "%s  %s  %s"
                .formatted(
                    report.path("day").asText(),
                    report.path("domain").asText(),
                    report.path("reportId").asText()));
        report.path("mails").forEach(mail -> lines.add("  mail " + mail.asText()));
        for (JsonNode post : report.path("posts")) {
          lines.add(
              "  POST to %s: %s %s"
                  .formatted(
                      post.path("to").asText(),
                      post.path("state").asText(),
                      post.path("detail").asText())
                  .stripTrailing());
        }
      }
      if (lines.isEmpty()) {
        lines.add("no report");
      }
      return lines;
    }
  }

  /**
   * @param reports as {@code /api/v1/tls-reports} has them
   */
  record Result(JsonNode reports) implements Document {
    List<String> lines() {
      List<String> lines = new ArrayList<>();
      for (JsonNode report : reports) {
        lines.add(
            "%s to %s  %s (%s, %s)"
                .formatted(
                    report.path("start").asText(),
                    report.path("end").asText(),
                    report.path("reporter").asText(),
                    report.path("senderDomain").asText(),
                    report.path("proof").asText()));
        String tls = report.path("tls").asText();
        String verdict = report.path("verdict").asText();
        lines.add(
            "  mail %s from %s, %s%s"
                .formatted(
                    report.path("queueId").asText(),
                    report.path("client").asText(),
                    tls.isEmpty() ? "no TLS" : tls,
                    verdict.isEmpty() ? "" : ", certificate " + verdict));
        report.path("policies").forEach(policy -> lines.addAll(policy(policy)));
      }
      if (lines.isEmpty()) {
        lines.add("no report");
      }
      return lines;
    }

    private static List<String> policy(JsonNode policy) {
      List<String> lines = new ArrayList<>();
      lines.add(
          "  %-15s %s: %d good, %d failed"
              .formatted(
                  policy.path("type").asText(),
                  policy.path("domain").asText(),
                  policy.path("successful").asLong(),
                  policy.path("failed").asLong()));
      for (JsonNode failure : policy.path("failures")) {
        lines.add(
            "    %6d %s at %s [%s] %s"
                .formatted(
                    failure.path("sessions").asLong(),
                    failure.path("type").asText(),
                    failure.path("host").asText(),
                    failure.path("address").asText(),
                    failure.path("information").asText()));
      }
      return lines;
    }

    boolean anyFailed() {
      for (JsonNode report : reports) {
        for (JsonNode policy : report.path("policies")) {
          if (policy.path("failed").asLong() > 0) {
            return true;
          }
        }
      }
      return false;
    }
  }

  @Override
  public Integer call() throws Exception {
    TlsReportsClient client = new TlsReportsClient(connection.installation().policy());
    if (sent) {
      Sent ours = new Sent(client.sent(domain));
      output.print(ours, ours::lines);
      return 0;
    }
    Result result = new Result(client.list(domain, days));
    output.print(result, result::lines);
    return result.anyFailed() ? 1 : 0;
  }
}
