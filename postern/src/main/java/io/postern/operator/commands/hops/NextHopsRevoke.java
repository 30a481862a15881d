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

/** Command that revokes the approval of hosts of an object. */
@Command(
    name = "revoke",
    description = {
      "Revokes the approval of hosts of an object, in all objects of the organization: mail goes to "
          + "them at public addresses and ports 24, 25, 465 and 587 only, until they are approved "
          + "again. Needs the role of an operator.",
      "Exit code 1: no such object."
    },
    mixinStandardHelpOptions = true)
final class NextHopsRevoke implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<JsonNode> output = new OutputOption<>();

  @Parameters(
      index = "2..*",
      arity = "0..*",
      paramLabel = "VALUE",
      description =
          "host with its port, as `postern next-hops list` shows it (default: all of the object)")
  private List<String> values = new ArrayList<>();

  @Mixin private ApprovalChange change = new ApprovalChange();

  @Override
  public Integer call() throws Exception {
    return change.make(connection, output, values, false);
  }
}
