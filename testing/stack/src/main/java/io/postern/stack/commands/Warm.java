package io.postern.stack.commands;

import io.postern.stack.Progress;
import io.postern.stack.warm.Training;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes the AOT caches now. */
@Command(
    name = "warm",
    description = {
      "Creates the AOT caches for a fast start of broker and services,",
      "with a separate installation under load; a running one is not affected. Takes a minute or "
          + "two."
    },
    mixinStandardHelpOptions = true)
public final class Warm implements Callable<Integer> {
  @Option(
      names = "--images",
      description = "for the services of container images; used by their build")
  boolean images;

  @Override
  public Integer call() throws Exception {
    Progress progress = new Progress();
    Path home = StateOption.home();
    Training training = images ? Training.ofImages(home) : Training.of(home);
    training.run(progress::done);
    return 0;
  }
}
