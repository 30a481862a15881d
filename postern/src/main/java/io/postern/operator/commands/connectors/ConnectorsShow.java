package io.postern.operator.commands.connectors;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.ChangeText;
import io.postern.operator.api.ConnectorsClient;
import io.postern.operator.api.ConnectorsClient.Connector;
import io.postern.operator.connection.ConnectionOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Command that shows one connector. */
@Command(
    name = "show",
    description = {
      "Shows a connector's fields, its warnings, and the last validation of an outbound one.",
      "Exit code 0: found, 1: no such connector."
    },
    mixinStandardHelpOptions = true)
final class ConnectorsShow implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<Result> output = new OutputOption<>();
  @Mixin private NamedConnector named = new NamedConnector();

  /**
   * @param direction inbound, outbound, routing
   * @param lastValidation null: no outbound connector, or one that was never validated
   */
  record Result(
      String organization,
      String direction,
      String etag,
      JsonNode object,
      JsonNode warnings,
      @Nullable JsonNode lastValidation) {
    List<String> lines() {
      List<String> lines = new ArrayList<>();
      String what = ConnectorChange.word(direction);
      lines.add(
          (direction.equals("routing") ? "" : direction + " ")
              + what
              + " "
              + organization
              + "/"
              + object.path("name").asText());
      object
          .properties()
          .forEach(
              field ->
                  lines.add("  " + field.getKey() + ": " + ChangeText.value(field.getValue())));
      lines.addAll(ConnectorChange.warnings(warnings));
      if (lastValidation != null) {
        lines.add(
            "%s at its last validation, %s by %s%s: %s"
                .formatted(
                    lastValidation.path("met").asBoolean() ? "met" : "NOT MET",
                    lastValidation.path("at").asText(),
                    lastValidation.path("by").asText(),
                    lastValidation.path("ofThisDefinition").asBoolean()
                        ? ""
                        : " (the connector has changed since)",
                    lastValidation.path("summary").asText()));
      }
      return lines;
    }
  }

  @Override
  public Integer call() throws Exception {
    ConnectorsClient client = new ConnectorsClient(connection.installation().policy());
    return show(client, named.find(client, output), output);
  }

  /**
   * @param found empty: there is none, which was said
   * @return the exit code
   */
  static int show(ConnectorsClient client, Optional<Connector> found, OutputOption<Result> output)
      throws IOException, InterruptedException {
    if (found.isEmpty()) {
      return 1;
    }
    Connector connector = found.get();
    JsonNode last =
        connector.direction().equals("outbound")
            ? client.lastValidation(connector.organization(), connector.name()).orElse(null)
            : null;
    Result result =
        new Result(
            connector.organization(),
            connector.direction(),
            connector.etag(),
            connector.object(),
            connector.warnings(),
            last);
    output.print(result, result::lines);
    return 0;
  }
}
