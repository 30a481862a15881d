package io.postern.operator.commands.partner;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.commandline.Program;
import io.postern.operator.api.PartnersClient;
import io.postern.operator.connection.ConnectionOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Command that validates an outbound connector, with its steps as they come. */
@Command(
    name = "validate",
    description = {
      "Validates an outbound connector, on or off: runs every step of a delivery to its hosts, "
          + "live.",
      "Nothing is sent except a test message to each --recipient.",
      "Exit code 0: met, 1: unmet, 3: no delivery-service responded."
    },
    mixinStandardHelpOptions = true)
public final class Validate implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = new OutputOption<>();

  @Parameters(index = "0", paramLabel = "ORGANIZATION", description = "its id in the directory")
  private String organization = "";

  @Parameters(index = "1", paramLabel = "CONNECTOR", description = "an outbound connector's name")
  private String connector = "";

  @Option(
      names = "--domain",
      paramLabel = "DOMAIN",
      description = "a recipient domain to check (default: those of the connector); repeatable")
  private List<String> domains = new ArrayList<>();

  @Option(
      names = "--recipient",
      paramLabel = "ADDRESS",
      description = "recipient of the test message; repeatable")
  private List<String> recipients = new ArrayList<>();

  @Option(
      names = "--sender",
      paramLabel = "ADDRESS",
      description = "of the test message (default: postmaster@ the first accepted domain)")
  private String sender = "";

  @Override
  public Integer call() throws Exception {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("domains", domains);
    body.put("recipients", recipients);
    body.put("sender", sender);
    Consumer<JsonNode> live =
        output.isJson() ? view -> {} : new ValidationText(lines -> output.show(lines));
    JsonNode end =
        new PartnersClient(connection.installation().policy(), organization)
            .validate(connector, body, live);
    output.print(end, () -> ValidationText.end(end));
    return switch (end.path("state").asText()) {
      case "met" -> 0;
      case "unmet" -> 1;
      default -> Program.COULD_NOT_ASK;
    };
  }
}
