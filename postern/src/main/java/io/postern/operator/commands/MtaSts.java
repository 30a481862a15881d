package io.postern.operator.commands;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.CertificatesClient;
import io.postern.operator.connection.ConnectionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Command that shows the MTA-STS policies of the domains that mail goes to. */
@Command(
    name = "mta-sts",
    description = {
      "Shows the fetched MTA-STS policies of the domains that mail is sent to (RFC 8461).",
      "Exit code 1: the last fetch failed, or the domain has no policy in force."
    },
    mixinStandardHelpOptions = true)
public final class MtaSts implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = new OutputOption<>();

  @Parameters(
      arity = "0..1",
      paramLabel = "DOMAIN",
      description = "the part of an address after the @ (default: all)")
  private String domain = "";

  @Override
  public Integer call() throws Exception {
    CertificatesClient client = new CertificatesClient(connection.installation().certificates());
    if (domain.isEmpty()) {
      JsonNode all = client.stsPolicies();
      output.print(all, () -> allLines(all));
      return failsInForce(all) ? 1 : 0;
    }
    JsonNode state = client.stsPolicy(domain);
    output.print(state, () -> lines(state));
    return state.path("inForce").asBoolean() && !state.has("failure") ? 0 : 1;
  }

  /** Some domain's policy always fails; one that was had and cannot be renewed is a finding. */
  private static boolean failsInForce(JsonNode all) {
    for (JsonNode state : all.path("policies")) {
      if (state.path("inForce").asBoolean() && state.has("failure")) {
        return true;
      }
    }
    return false;
  }

  static List<String> allLines(JsonNode all) {
    List<String> lines = new ArrayList<>();
    all.path("policies").forEach(state -> lines.addAll(lines(state)));
    int left = all.path("total").asInt() - all.path("policies").size();
    lines.add(
        all.path("total").asInt() + " domains" + (left > 0 ? ", " + left + " not shown" : ""));
    return lines;
  }

  static List<String> lines(JsonNode state) {
    List<String> lines = new ArrayList<>();
    if (state.has("detail")) {
      return List.of(state.path("detail").asText());
    }
    if (state.has("id")) {
      lines.add(
          "%s: %s, %s, id %s, fetched at %s, until %s"
              .formatted(
                  state.path("domain").asText(),
                  state.path("inForce").asBoolean() ? "in force" : "ENDED",
                  state.path("mode").asText(),
                  state.path("id").asText(),
                  state.path("fetched").asText(),
                  state.path("until").asText()));
      state.path("mx").forEach(mx -> lines.add("  mx " + mx.asText()));
    } else {
      lines.add(state.path("domain").asText() + ": NO POLICY was ever fetched");
    }
    JsonNode failure = state.path("failure");
    if (!failure.isMissingNode()) {
      lines.add(
          "FAILED at %s, for id %s: %s: %s"
              .formatted(
                  failure.path("at").asText(),
                  failure.path("id").asText(),
                  failure.path("resultType").asText(),
                  failure.path("detail").asText()));
      lines.add("  not retried before " + failure.path("next").asText());
    }
    return lines;
  }
}
