package io.postern.operator.commands.access;

import io.postern.commandline.OutputOption;
import io.postern.operator.connection.UserFolder;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Command that chooses the context for commands that name none. */
@Command(name = "use", description = "Sets the default context.", mixinStandardHelpOptions = true)
final class ContextsUse implements Callable<Integer> {
  @Mixin private OutputOption<Result> output = new OutputOption<>();

  @Parameters(paramLabel = "CONTEXT", description = "a name from `contexts`")
  private String name = "";

  /** The result. */
  record Result(String inUse) {}

  @Override
  public Integer call() throws Exception {
    UserFolder.here().use(name);
    output.print(new Result(name), () -> List.of("postern: the context in use is " + name));
    return 0;
  }
}
