package io.postern.operator.commands.hops;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.operator.connection.ConnectionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Command that approves next hops of an object. */
@Command(
    name = "approve",
    description = {
      "Approves hosts of an object, in all objects of the organization, or its source addresses or "
          + "EHLO name, in this object only. Needs the role of an operator.",
      "Exit code 1: no such object."
    },
    mixinStandardHelpOptions = true)
final class NextHopsApprove implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = new OutputOption<>();

  @Parameters(
      index = "2..*",
      arity = "1..*",
      paramLabel = "VALUE",
      description =
          "host with its port, source address or EHLO name, as `postern next-hops list` shows it")
  private List<String> values = new ArrayList<>();

  @Mixin private ApprovalChange change = new ApprovalChange();

  @Override
  public Integer call() throws Exception {
    return change.make(connection, output, values, true);
  }
}
