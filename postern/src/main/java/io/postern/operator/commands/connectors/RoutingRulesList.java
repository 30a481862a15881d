package io.postern.operator.commands.connectors;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.postern.commandline.OutputOption;
import io.postern.commandline.TextTable;
import io.postern.fields.DirectoryFields;
import io.postern.fields.Field;
import io.postern.fields.Group;
import io.postern.operator.api.ChangeText;
import io.postern.operator.api.ConnectorsClient;
import io.postern.operator.api.ConnectorsClient.Connector;
import io.postern.operator.connection.ConnectionOptions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Command that lists routing rules. */
@Command(
    name = "list",
    description = {
      "Lists the routing rules of your organizations in the order in which they are tried: their "
          + "conditions and exceptions, and the connector that they give mail to.",
      "Exit code 0: found, 1: none."
    },
    mixinStandardHelpOptions = true)
final class RoutingRulesList implements Callable<Integer> {
  private static final List<String> COLUMNS =
      List.of("organization", "priority", "name", "mode", "conditions", "connector", "warnings");

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<Result> output = OutputOption.ofTable();

  @Option(
      names = "--organization",
      paramLabel = "ORGANIZATION",
      description = "organization (default: all)")
  private String organization = "";

  @Option(
      names = "--name",
      paramLabel = "TEXT",
      description = "only names that contain this text, in upper or lower case")
  private String name = "";

  /** The rules, as programs read them. */
  record Result(List<Connector> routingRules) {}

  @Override
  public Integer call() throws Exception {
    ConnectorsClient client = new ConnectorsClient(connection.installation().policy());
    List<Connector> rules = new ArrayList<>();
    for (String id : organization.isEmpty() ? client.organizations() : List.of(organization)) {
      client.list(id, "routing", name).stream()
          .sorted(
              Comparator.<Connector>comparingInt(rule -> rule.object().path("priority").asInt())
                  .thenComparing(Connector::name))
          .forEach(rules::add);
    }
    output.printTable(
        new Result(rules),
        new TextTable(COLUMNS, rules.stream().map(RoutingRulesList::row).toList()));
    return rules.isEmpty() ? 1 : 0;
  }

  private static List<String> row(Connector rule) {
    ObjectNode object = rule.object();
    return List.of(
        rule.organization(),
        Integer.toString(object.path("priority").asInt()),
        rule.name(),
        object.path("enabled").asBoolean(true) ? object.path("mode").asText("enforce") : "disabled",
        DirectoryFields.ROUTING_RULE.fields().stream()
            .filter(field -> field.group() == Group.CONDITIONS || field.group() == Group.EXCEPTIONS)
            .map(Field::name)
            .filter(object::has)
            .map(field -> field + "=" + ChangeText.value(object.path(field)))
            .collect(Collectors.joining(" ")),
        object.path("outboundConnector").asText(),
        rule.warnings().isEmpty() ? "" : Integer.toString(rule.warnings().size()));
  }
}
