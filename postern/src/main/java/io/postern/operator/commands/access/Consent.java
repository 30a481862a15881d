package io.postern.operator.commands.access;

import io.postern.commandline.OutputOption;
import io.postern.operator.commands.Dialogue;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Whether a user may be changed: --yes, or the person at the terminal agrees; a mixin. */
final class Consent {
  @Option(names = "--yes", description = "makes changes without asking")
  private boolean yes;

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  /**
   * Before anything is asked or read.
   *
   * @throws CommandLine.ParameterException nobody can agree here
   */
  void require(OutputOption<?> output) {
    if (command != null && asks() && (output.isJson() || Dialogue.here().isEmpty())) {
      throw new CommandLine.ParameterException(
          command.commandLine(), "cannot ask here: add --yes to make the change");
    }
  }

  boolean asks() {
    return !yes;
  }

  /**
   * @param change in lines, before and after
   */
  boolean isGiven(OutputOption<?> output, List<String> change, String question) {
    output.show(change);
    boolean given = Dialogue.here().orElseThrow().agrees(question);
    if (!given) {
      output.note("nothing was changed");
    }
    return given;
  }
}
