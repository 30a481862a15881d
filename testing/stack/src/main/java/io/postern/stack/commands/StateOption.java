package io.postern.stack.commands;

import io.postern.stack.RunningStack;
import io.postern.stack.StateFolder;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The state folder, an option of every command. */
final class StateOption {
  @Option(
      names = "--state",
      paramLabel = "FOLDER",
      description =
          "folder for data, certificates, credentials and logs (default: state in the project's "
              + "folder)")
  Path folder = home().resolve("state");

  static Path home() {
    return Path.of(System.getProperty("postern.home", ".")).toAbsolutePath().normalize();
  }

  StateFolder open() {
    return new StateFolder(folder);
  }

  /** The stack that runs with this folder; a clear message where none does. */
  RunningStack running() {
    return RunningStack.in(open())
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "no installation runs with the state folder "
                        + folder
                        + "; start it with ./run"));
  }
}
