package io.postern.operator.commands.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.postern.commandline.OutputOption;
import io.postern.operator.api.AccessClient;
import io.postern.operator.api.ServiceApi;
import io.postern.operator.connection.ConnectionOptions;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Command that shows as whom a service sees the caller. */
@Command(
    name = "whoami",
    description = "Shows the user that you are signed in as, and what you may read and change.",
    mixinStandardHelpOptions = true)
public final class WhoAmI implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = new OutputOption<>();

  @Override
  public Integer call() throws Exception {
    ServiceApi service = connection.installation().someService();
    JsonNode me = new AccessClient(service).me();
    if (me instanceof ObjectNode fields) {
      fields.put("service", service.toString());
    }
    output.print(me, () -> lines(me));
    return 0;
  }

  static List<String> lines(JsonNode me) {
    return List.of(
        "name     " + me.path("name").asText(),
        "roles    " + words(me.path("roles")),
        "reads    " + words(me.path("reads")),
        "changes  " + words(me.path("changes")),
        "asked    " + me.path("service").asText());
  }

  /** "*" of an answer is for programs. */
  static String words(JsonNode list) {
    String words =
        StreamSupport.stream(list.spliterator(), false)
            .map(JsonNode::asText)
            .map(each -> each.equals("*") ? "all organizations" : each)
            .collect(Collectors.joining(", "));
    return words.isEmpty() ? "-" : words;
  }
}
