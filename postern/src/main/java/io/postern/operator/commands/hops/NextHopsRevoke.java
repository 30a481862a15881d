package io.postern.operator.commands.hops;

import com.fasterxml.jackson.databind.JsonNode;
import io.postern.commandline.OutputOption;
import io.postern.operator.connection.ConnectionOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Command that revokes the approval of the hosts of an object. */
@Command(
    name = "revoke",
    description = {
      "Revokes the approval of the hosts of an object: mail goes to them at public addresses and "
          + "ports 24, 25, 465 and 587 only. Needs the role of an operator.",
      "Exit code 1: no such object."
    },
    mixinStandardHelpOptions = true)
final class NextHopsRevoke implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = new OutputOption<>();
  @Mixin private ApprovalChange change = new ApprovalChange();

  @Override
  public Integer call() throws Exception {
    return change.make(connection, output, false);
  }
}
