package io.postern.operator.commands.hops;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.operator.connection.ConnectionOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Command that approves the next hops of an object. */
@Command(
    name = "approve",
    description = {
      "Approves the hosts, source addresses and EHLO name that an object has now. Needs the role of "
          + "an operator.",
      "Exit code 1: no such object."
    },
    mixinStandardHelpOptions = true)
final class NextHopsApprove implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = new OutputOption<>();
  @Mixin private ApprovalChange change = new ApprovalChange();

  @Override
  public Integer call() throws Exception {
    return change.make(connection, output, true);
  }
}
