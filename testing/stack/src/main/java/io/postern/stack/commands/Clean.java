package io.postern.stack.commands;

import io.postern.stack.RunningStack;
import io.postern.stack.StateFolder;
import java.nio.file.Files;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * Removes the state folder, all mail in it included; only where it is one and nothing runs with it.
 */
@Command(
    name = "clean",
    description = "Removes the state folder: certificates, credentials, and all mail in it.",
    mixinStandardHelpOptions = true)
public final class Clean implements Callable<Integer> {
  @Mixin private StateOption state = new StateOption();

  @Override
  public Integer call() throws Exception {
    if (!Files.exists(state.folder)) {
      System.out.println("postern: there is no " + state.folder);
      return 0;
    }
    // A mistyped --state must not remove somebody's folder.
    if (!Files.exists(state.folder.resolve("ports.properties"))) {
      throw new IllegalStateException(
          state.folder + " is not a state folder of Postern; nothing was removed");
    }
    if (RunningStack.in(state.open()).isPresent()) {
      throw new IllegalStateException(
          "an installation runs with " + state.folder + "; `./run stop` first");
    }
    StateFolder.remove(state.folder);
    System.out.println("postern: removed " + state.folder);
    return 0;
  }
}
